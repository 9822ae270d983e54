"""What the model says of a part of a file, as the lines of its output."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import polars as pl

from stayline.domain.risk_score import Prediction
from stayline.modelling.predictor import Predictor
from stayline.ports.feature_store import EVENT_TIME

CSV, JSON_LINES = "text/csv", "application/jsonlines"
FORMS = (CSV, JSON_LINES)
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""When a row is true of which no input asks."""
Scorer = Callable[[pl.DataFrame], bytes]
"""From a frame of `RowReader` to as many lines."""


def scorer(predictor: Predictor, accept: str, *, with_reasons: bool) -> Scorer:
    """Return what writes a frame's scores.

    ``text/csv``: the risk; with reasons also the base risk and what each input contributes, in
    model-input order. ``application/jsonlines``: an object of ``score`` and ``band``; with reasons
    also ``base_risk`` and ``reasons``, the strongest first.
    """
    if not with_reasons:
        return lambda frame: _scores(predictor.score(frame), accept)
    names = predictor.inputs

    def explained(frame: pl.DataFrame) -> bytes:
        line = _json_line if accept == JSON_LINES else lambda one: _csv_line(one, names)
        return b"".join(line(prediction) for prediction in _predictions(predictor, frame))

    return explained


def _scores(scored: pl.DataFrame, accept: str) -> bytes:
    if accept == CSV:
        return b"".join(b"%r\n" % risk for risk in scored.get_column("risk"))
    told = scored.select(pl.col("risk").alias("score"), "band").iter_rows(named=True)
    return b"".join(msgspec.json.encode(row) + b"\n" for row in told)


def _predictions(predictor: Predictor, frame: pl.DataFrame) -> tuple[Prediction, ...]:
    """Return a prediction with its reasons per row."""
    rows = frame.select(pl.col(predictor.inputs)).with_columns(pl.col(pl.Date).cast(pl.String))
    as_of = [time or _UNDATED for time in frame.get_column(EVENT_TIME)]
    return predictor.predict(rows.to_dicts(), as_of)


def _json_line(prediction: Prediction) -> bytes:
    told = {
        "score": prediction.risk,
        "band": prediction.band,
        "base_risk": prediction.base_risk,
        "reasons": prediction.reasons,
    }
    return msgspec.json.encode(told) + b"\n"


def _csv_line(prediction: Prediction, names: tuple[str, ...]) -> bytes:
    by_name = {reason.feature: reason.contribution for reason in prediction.reasons}
    figures = (prediction.risk, prediction.base_risk, *(by_name[name] for name in names))
    return (",".join(map(repr, figures)) + "\n").encode()
