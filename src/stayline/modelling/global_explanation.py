"""What a model goes by on the whole: the mean strength of each input."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import xgboost as xgb

from stayline.modelling.encoding import InputEncoder
from stayline.modelling.explanation import column_contributions

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class GlobalExplanation:
    """Mean absolute TreeSHAP values in log-odds, the strongest input first.

    ``expected_value`` is the log-odds that every value starts from; ``n`` rows were explained.
    """

    values: dict[str, float]
    expected_value: float
    n: int


def global_explanation(
    booster: xgb.Booster, encoder: InputEncoder, frame: pl.DataFrame, rng: np.random.Generator
) -> GlobalExplanation:
    """Return what the trees go by on these rows, or on 10,000 of them drawn by ``rng``.

    The one-hot columns of a category are added up row by row before the mean is taken.
    """
    if frame.height > MOST_ROWS:
        frame = frame[np.sort(rng.choice(frame.height, MOST_ROWS, replace=False))]
    data = xgb.DMatrix(encoder.encode_frame(frame), nthread=1)
    shap = np.asarray(booster.predict(data, pred_contribs=True), dtype=np.float64)
    strength = np.abs(column_contributions(shap, encoder)).mean(axis=0).tolist()
    named = zip([item.name for item in encoder.inputs], strength, strict=True)
    return GlobalExplanation(
        values=dict(sorted(named, key=lambda pair: (-pair[1], pair[0]))),
        expected_value=float(shap[0, -1]),
        n=frame.height,
    )
