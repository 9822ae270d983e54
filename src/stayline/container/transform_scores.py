"""What the model says of a part of a file, as the lines of its output."""

from collections.abc import Callable, Iterable

import msgspec
import polars as pl

from stayline.domain.reasons import told
from stayline.modelling.predictor import Predictor

CSV, JSON_LINES = "text/csv", "application/jsonlines"
FORMS = (CSV, JSON_LINES)
Scorer = Callable[[pl.DataFrame], bytes]
"""From a frame of `RowReader` to as many lines."""


def scorer(predictor: Predictor, accept: str, *, with_reasons: bool) -> Scorer:
    """Return what writes a frame's scores.

    ``text/csv``: the risk; with reasons also the base risk and what each input contributes, in
    model-input order. ``application/jsonlines``: an object of ``score`` and ``band``; with reasons
    also ``base_risk`` and ``reasons``, the strongest first.
    """
    if accept == CSV:
        figures = _with_contributions if with_reasons else _risks
        return lambda frame: _csv(figures(predictor, frame))
    objects = _explained if with_reasons else _scores
    return lambda frame: b"".join(
        msgspec.json.encode(row) + b"\n" for row in objects(predictor, frame)
    )


def _csv(rows: Iterable[Iterable[float]]) -> bytes:
    return "".join(",".join(map(repr, row)) + "\n" for row in rows).encode()


def _risks(predictor: Predictor, frame: pl.DataFrame) -> Iterable[Iterable[float]]:
    return ((risk,) for risk in predictor.risks(frame).tolist())


def _with_contributions(predictor: Predictor, frame: pl.DataFrame) -> Iterable[Iterable[float]]:
    rows = predictor.score(frame).select("risk", "base_risk", "contributions").iter_rows()
    return ((risk, base, *contributions) for risk, base, contributions in rows)


def _scores(predictor: Predictor, frame: pl.DataFrame) -> Iterable[dict[str, object]]:
    return (
        predictor.score(frame).select(pl.col("risk").alias("score"), "band").iter_rows(named=True)
    )


def _explained(predictor: Predictor, frame: pl.DataFrame) -> Iterable[dict[str, object]]:
    scored = predictor.score(frame).select("risk", "band", "base_risk", "contributions")
    values = frame.select(pl.col(predictor.inputs)).with_columns(pl.col(pl.Date).cast(pl.String))
    names, assumed = predictor.inputs, predictor.assumed.values()
    for (risk, band, base, contributions), row in zip(
        scored.iter_rows(), values.iter_rows(), strict=True
    ):
        reasons = told(zip(names, row, assumed, contributions, strict=True))
        yield {"score": risk, "band": band, "base_risk": base, "reasons": reasons}
