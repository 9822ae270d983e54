"""The model card as a page for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from stayline.formats.card_figures import EvaluationFigures
from stayline.formats.model_card import CardRecord, ModelCard
from stayline.modelling import global_explanation
from stayline.reports import card_words, numbers
from stayline.reports.card_pictures import card_pictures
from stayline.reports.pages import rendered
from stayline.reports.pictures import MOST_ROWS

_SECTIONS = (
    ("purpose", "What it is for"),
    ("decision", "Approval"),
    ("gates", "Gates"),
    ("data", "Data and inputs"),
    ("alerts", "Alerts"),
    ("quality", "How good it is"),
    ("reasons", "What it goes by"),
    ("fairness", "Groups of people"),
    ("price", "Price of protection"),
    ("limits", "Limits"),
    ("digests", "Digests"),
)
_FIGURES = (
    ("roc_auc", "ROC AUC", "How often one who left ranks above one who stayed; 0.5 is chance."),
    ("average_precision", "Average precision", "Chance would give the share who left."),
    ("precision_at_alert", "Precision of alerts", "Share of those flagged who did leave."),
    ("recall_at_alert", "Recall of alerts", "Share of those who left who were flagged."),
    ("share_alerted", "Share flagged", "Of all rows."),
    ("recall_at_precision", "Recall at a precision of {:.2f}", "The most that can be found at it."),
    ("calibration_error", "Calibration error", "Mean gap between risk said and share who left."),
    ("brier", "Brier score", "Mean squared error of the risk; 0 is best."),
    ("brier_skill", "Brier skill", "0: no better than always saying the share who left."),
    ("log_loss", "Log loss", "Surprise at what happened; 0 is best."),
)  # fmt: skip
_SHARES = frozenset(
    {"precision_at_alert", "recall_at_alert", "share_alerted", "recall_at_precision"}
)
_COMPARED = {
    "roc_auc": "ROC AUC",
    "recall": "Recall of alerts",
    "precision": "Precision of alerts",
    "lift": "Lift of alerts",
    "calibration_error": "Calibration error",
    "brier": "Brier score",
}


@dataclass(frozen=True, slots=True)
class _MetricRow:
    """One figure in every evaluation, as text."""

    name: str
    meaning: str
    texts: tuple[str, ...]


def model_card_page(card: ModelCard) -> str:
    """Return the card as one HTML page that loads nothing else; equal cards give equal bytes."""
    record = card.record
    return rendered(
        "model_card.html.j2",
        sections=_SECTIONS,
        card=card,
        record=record,
        words=card_words,
        newest=record.evaluations[-1] if record.evaluations else None,
        metric_rows=tuple(_metric_rows(record.evaluations)),
        compared=_COMPARED,
        gates=_gate_counts(record),
        pictures={name: Markup(drawn) for name, drawn in card_pictures(record)},  # noqa: S704 - our own SVG, escaped by its maker
        most_rows=MOST_ROWS,
        explained_rows=global_explanation.MOST_ROWS,
    )


def _metric_rows(evaluations: tuple[EvaluationFigures, ...]) -> Iterator[_MetricRow]:
    if not evaluations:
        return
    for key, name, meaning in _FIGURES:
        written = numbers.percent if key in _SHARES else numbers.decimal
        told = name.format(evaluations[0].precision)
        yield _MetricRow(told, meaning, tuple(written(getattr(e, key)) for e in evaluations))


def _gate_counts(record: CardRecord) -> dict[str, int]:
    """Count what blocks, what is waived, what passed; warnings apart."""
    found = {"block": 0, "waived": 0, "passed": 0, "warnings": 0}
    for gate in record.gates:
        if gate.verdict == "pass":
            found["passed"] += 1
        elif gate.waiver is not None:
            found["waived"] += 1
        else:
            found["block" if gate.is_blocking else "warnings"] += 1
    return found
