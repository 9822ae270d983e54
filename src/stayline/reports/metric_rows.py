"""The figures of a model's evaluations as rows of a table, in words that need no other page."""

from collections.abc import Iterator
from dataclasses import dataclass

from stayline.formats.card_figures import EvaluationFigures
from stayline.reports import numbers

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


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure in every evaluation, as text."""

    name: str
    meaning: str
    texts: tuple[str, ...]


def metric_rows(evaluations: tuple[EvaluationFigures, ...]) -> Iterator[MetricRow]:
    """Yield each figure with its interval, one text for each evaluation; none where none is."""
    if not evaluations:
        return
    for key, name, meaning in _FIGURES:
        written = numbers.percent if key in _SHARES else numbers.decimal
        told = name.format(evaluations[0].precision)
        yield MetricRow(told, meaning, tuple(written(getattr(e, key)) for e in evaluations))
