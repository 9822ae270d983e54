"""Answers of the ``/invocations`` contract, in any of its forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from stayline.domain.risk_score import RiskScore
from stayline.formats.content_types import Form

CSV_TYPE: Final = "text/csv; charset=utf-8"

Cell = float | int | str | list[float] | list[int] | None

SELECTABLE: Mapping[str, Callable[[RiskScore], Cell]] = {
    "predicted_label": lambda score: int(score.risk > 0.5),
    "labels": lambda score: [0, 1],
    "probability": lambda score: score.risk,
    "probabilities": lambda score: [1 - score.risk, score.risk],
    "raw_score": lambda score: score.risk,
    "raw_scores": lambda score: [1 - score.risk, score.risk],
    "predicted_score": lambda score: score.risk,
}
"""What SageMaker's containers let one select, read as they read a logistic model.

``predicted_label`` is 1 above one half, as there; whether to act is for the band and a person.
"""


def answer_type(form: Form) -> str:
    """Return the Content-Type of answers of a form."""
    return CSV_TYPE if form is Form.CSV else form.value


def answer_body(
    scores: Sequence[RiskScore], form: Form, *, selected: Sequence[str] = (), with_reasons: bool
) -> bytes:
    """Return the answer of these scores, in their order.

    CSV: one value a line. JSON: ``{"predictions": [{"score": ...}]}``; JSON Lines: one such object
    a line. ``selected`` keys replace what an answer holds otherwise; CSV has no room for reasons.
    """
    if form is Form.CSV:
        lines = (_csv_line(score, selected) for score in scores)
        return "".join(f"{line}\n" for line in lines).encode()
    entries = [_entry(score, selected, with_reasons) for score in scores]
    if form is Form.JSON_LINES:
        return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    return msgspec.json.encode({"predictions": entries})


def _csv_line(score: RiskScore, selected: Sequence[str]) -> str:
    if not selected:
        return repr(score.risk)
    cells = (SELECTABLE[key](score) for key in selected)
    return ",".join(f'"{cell}"' if isinstance(cell, list) else str(cell) for cell in cells)


def _entry(score: RiskScore, selected: Sequence[str], with_reasons: bool) -> dict[str, object]:
    if selected:
        return {key: SELECTABLE[key](score) for key in selected}
    entry: dict[str, object] = {
        "score": score.risk,
        "band": score.band,
        "model_version": score.model.version,
        "prediction_id": score.prediction_id,
        "source": score.source,
    }
    if score.stale_for_s is not None:
        entry |= {"scored_at": score.scored_at, "stale_for_s": score.stale_for_s}
    if with_reasons:
        entry |= {"base_risk": score.base_risk, "reasons": score.reasons}
    return entry
