"""The pictures of a model card."""

from collections.abc import Iterator

from stayline.domain.column_words import group_in_words
from stayline.formats.card_figures import GroupText
from stayline.formats.model_card import CardRecord
from stayline.reports.pictures import (
    MOST_ROWS,
    bar_picture,
    calibration_picture,
    interval_picture,
)


def card_pictures(record: CardRecord) -> Iterator[tuple[str, str]]:
    """Yield the name and the SVG of each picture that there are figures for."""
    for at, evaluation in enumerate(record.evaluations):
        if evaluation.calibration_curve:
            yield (
                f"calibration {at}",
                calibration_picture(
                    evaluation.calibration_curve,
                    key=f"calibration-{at}",
                    title=f"Risk said and share who left, {evaluation.measured_on}",
                ),
            )
        if evaluation.lift:
            yield (
                f"lift {at}",
                interval_picture(
                    tuple(evaluation.lift.items()),
                    key=f"lift-{at}",
                    title=f"Lift, {evaluation.measured_on}",
                    axis="times the share who left",
                    form="~g",
                    line=1,
                ),
            )
    if record.reasons:
        yield (
            "reasons",
            bar_picture(
                dict(list(record.reasons.items())[:MOST_ROWS]),
                key="reasons",
                title="What the model goes by",
                axis="mean change of the log-odds",
            ),
        )
    if record.fairness and record.fairness.groups:
        yield from _group_pictures(
            record.fairness.groups, record.fairness.largest_recall_difference
        )
    if record.protection_price:
        yield (
            "price",
            interval_picture(
                [(choice.inputs, choice.tried.roc_auc) for choice in record.protection_price],
                key="price",
                title="ROC AUC by choice of inputs",
                axis="ROC AUC",
                form=".2f",
            ),
        )


def _group_pictures(groups: tuple[GroupText, ...], limit: float) -> Iterator[tuple[str, str]]:
    largest = set(sorted(range(len(groups)), key=lambda at: -groups[at].n)[:MOST_ROWS])
    shown = [
        (group_in_words(f"{group.facet} = {group.group}"), group)
        for at, group in enumerate(groups)
        if at in largest
    ]
    yield (
        "recall",
        interval_picture(
            [(name, group.recall) for name, group in shown],
            key="recall",
            title="Recall by group",
            axis="recall of alerts",
        ),
    )
    yield (
        "difference",
        interval_picture(
            [(name, group.differences.get("recall")) for name, group in shown],
            key="difference",
            title="Difference in recall by group",
            axis="recall: the group minus everybody else",
            form="+.0%",
            line=0,
            limits=(-limit, limit),
        ),
    )
