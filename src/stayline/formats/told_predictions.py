"""Rows as a server of SageMaker's container contract takes them, and the predictions it tells."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from stayline.domain.alert_policy import Bands
from stayline.domain.risk_score import FieldValue, Prediction, Reason

ROWS_A_REQUEST = 1000


class AnswerRefused(ValueError):
    """An answer that holds no predictions that can be used; says why, and quotes none of it."""


class _Told(msgspec.Struct, frozen=True):
    """One prediction as the other server tells it; any XGBoost server tells at least the score."""

    score: float
    base_risk: float | None = None
    reasons: tuple[Reason, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    predictions: tuple[_Told, ...]


def told_predictions(
    rows: Sequence[Mapping[str, FieldValue]],
    ask: Callable[[bytes], tuple[bytes, Bands]],
) -> tuple[Prediction, ...]:
    """Return one prediction per row; without reasons where the server tells none.

    ``ask`` takes JSON lines, and returns the answer with the bands of the model that gave it. It is
    asked for at most 1000 rows at a time. Raises `AnswerRefused`.
    """
    found: list[Prediction] = []
    for start in range(0, len(rows), ROWS_A_REQUEST):
        part = rows[start : start + ROWS_A_REQUEST]
        answer, bands = ask(msgspec.json.Encoder().encode_lines(part))
        found += (
            Prediction(told.score, bands.band_of(told.score), told.base_risk, told.reasons)
            for told in _checked(answer, len(part))
        )
    return tuple(found)


def _checked(answer: bytes, rows: int) -> tuple[_Told, ...]:
    try:
        told = msgspec.json.decode(answer, type=_Answer).predictions
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise AnswerRefused("its answer is not of the form predictions, score") from None
    if len(told) != rows:
        raise AnswerRefused(f"it answered {len(told)} predictions for {rows} rows")
    if not all(0 <= one.score <= 1 for one in told):
        raise AnswerRefused("its answer holds a score that is no probability")
    return told
