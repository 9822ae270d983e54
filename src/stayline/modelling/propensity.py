"""How likely each snapshot was to be followed by an action, and what the untreated then weigh."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column
from stayline.modelling.encoding import InputEncoder
from stayline.ports.feature_store import EVENT_TIME

LARGEST_WEIGHT = 10.0


def untreated_weights(
    rows: pl.DataFrame, inputs: Sequence[Column], is_treated: np.ndarray
) -> np.ndarray:
    """Return one weight for each untreated row: 1 / (1 - propensity), at most 10.

    Inverse-probability-of-treatment weighting: who resembles the treated stands for them as well.
    The propensity is a logistic regression on the model's inputs; snapshots from before the first
    treated one could not be treated and weigh 1. It sees what the model sees: whatever else made a
    manager act is not made up for.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    times = rows.get_column(EVENT_TIME)
    could_be = (times >= times.filter(pl.Series(is_treated)).min()).to_numpy()
    matrix = InputEncoder.fit(inputs, rows).encode_frame(rows)[could_be]
    model = make_pipeline(
        SimpleImputer(keep_empty_features=True), StandardScaler(), LogisticRegression(max_iter=2000)
    ).fit(matrix, is_treated[could_be])
    propensity = np.zeros(len(rows))
    propensity[could_be] = model.predict_proba(matrix)[:, 1]
    untreated = propensity[~is_treated]
    return np.asarray(1 / np.maximum(1 - untreated, 1 / LARGEST_WEIGHT))
