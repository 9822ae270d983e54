"""The fairness audit as a page for people."""

from collections.abc import Iterator, Mapping

import msgspec
from markupsafe import Markup

from stayline.domain.column_words import group_in_words
from stayline.errors import ReportUnreadable
from stayline.modelling.fairness.audit import FairnessAudit
from stayline.modelling.fairness.groups import GroupFigures
from stayline.modelling.fairness.impact_ratios import ImpactTable, Reading
from stayline.reports.pages import rendered
from stayline.reports.pictures import MOST_ROWS, interval_picture

FOUR_FIFTHS = 0.8
_SECTIONS = (
    ("reading", "How to read it"),
    ("groups", "Groups"),
    ("crossed", "Crossed groups"),
    ("impact", "Impact ratios"),
    ("proxies", "What inputs tell"),
    ("metrics", "All metrics"),
)


def fairness_page(audit: Mapping[str, object]) -> str:
    """Return what ``fairness.json`` holds as one HTML page that loads nothing else.

    Equal audits give equal bytes. Raises `ReportUnreadable` for anything but an audit.
    """
    try:
        found = msgspec.convert(audit, FairnessAudit)
    except msgspec.ValidationError as error:
        raise ReportUnreadable("fairness.json", str(error)) from error
    return rendered(
        "fairness.html.j2",
        sections=_SECTIONS,
        audit=found,
        impact=_by_facet(found.impact_tables),
        pictures={name: Markup(drawn) for name, drawn in _pictures(found)},  # noqa: S704 - our own SVG, escaped by its maker
        most_rows=MOST_ROWS,
    )


def _by_facet(tables: tuple[ImpactTable, ...]) -> dict[str, list[ImpactTable]]:
    found: dict[str, list[ImpactTable]] = {}
    for table in tables:
        found.setdefault(table.facet, []).append(table)
    return found


def _pictures(audit: FairnessAudit) -> Iterator[tuple[str, str]]:
    """Draw what there are figures for: the largest groups, and ratios of facets not crossed."""
    if audit.groups:
        yield from _group_pictures(_largest(audit.groups))
    ratios = [
        (group_in_words(f"{table.facet} = {row.category}"), row.ratio)
        for table in audit.impact_tables
        if table.reading is Reading.NOT_FLAGGED and table.facet in audit.unknown
        for row in table.rows
    ][:MOST_ROWS]
    if ratios:
        yield (
            "impact",
            interval_picture(
                ratios,
                key="impact",
                title="Impact ratio of not being flagged",
                axis="share not flagged over the highest share",
                form=".2f",
                line=1,
                limits=(FOUR_FIFTHS,),
            ),
        )
    proxies = [
        (group_in_words(f"{test.facet} = {test.group}"), test.roc_auc) for test in audit.proxies
    ][:MOST_ROWS]
    if proxies:
        yield (
            "proxies",
            interval_picture(
                proxies,
                key="proxies",
                title="How well the inputs tell each group",
                axis="ROC AUC",
                form=".2f",
                line=0.5,
            ),
        )


def _group_pictures(groups: list[GroupFigures]) -> Iterator[tuple[str, str]]:
    names = [group_in_words(f"{group.facet} = {group.group}") for group in groups]
    for figure, title, axis in (
        ("recall", "Recall by group", "recall of alerts"),
        ("selection_rate", "Share flagged by group", "share flagged"),
    ):
        rows = [getattr(group, figure) for group in groups]
        yield (
            figure,
            interval_picture(
                list(zip(names, rows, strict=True)), key=figure, title=title, axis=axis
            ),
        )
    differences = [group.differences.get("recall") for group in groups]
    yield (
        "difference",
        interval_picture(
            list(zip(names, differences, strict=True)),
            key="difference",
            title="Difference in recall by group",
            axis="recall: the group minus everybody else",
            form="+.0%",
            line=0,
        ),
    )


def _largest(groups: tuple[GroupFigures, ...]) -> list[GroupFigures]:
    """Return the groups of most rows, in the order of the audit."""
    told = set(sorted(range(len(groups)), key=lambda at: -groups[at].n)[:MOST_ROWS])
    return [group for at, group in enumerate(groups) if at in told]
