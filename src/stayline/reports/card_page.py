"""The model card as a page for people."""

from markupsafe import Markup

from stayline.formats.model_card import CardRecord, ModelCard
from stayline.modelling import global_explanation
from stayline.reports import card_words
from stayline.reports.card_pictures import card_pictures
from stayline.reports.metric_rows import metric_rows
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
_COMPARED = {
    "roc_auc": "ROC AUC",
    "recall": "Recall of alerts",
    "precision": "Precision of alerts",
    "lift": "Lift of alerts",
    "calibration_error": "Calibration error",
    "brier": "Brier score",
}


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
        metric_rows=tuple(metric_rows(record.evaluations)),
        compared=_COMPARED,
        gates=_gate_counts(record),
        pictures={name: Markup(drawn) for name, drawn in card_pictures(record)},  # noqa: S704 - our own SVG, escaped by its maker
        most_rows=MOST_ROWS,
        explained_rows=global_explanation.MOST_ROWS,
    )


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
