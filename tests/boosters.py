"""Small models of random rows, as XGBoost trains and saves them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import xgboost as xgb

OWNERS = np.array([0, 1, 1, 1, 2, 3, 4, 4])
"""Encoded columns to inputs; two inputs take several columns."""
INPUTS = 5


@dataclass(frozen=True)
class Saved:
    """A booster, its bytes, and rows like those it was trained on."""

    booster: xgb.Booster
    model: bytes
    rows: np.ndarray


@cache
def saved(depth: int, rounds: int = 40, seed: int = 0, **parameters: object) -> Saved:
    """Return trees of this depth; a tenth of the cells is missing."""
    rng = np.random.default_rng(seed + depth)
    rows = rng.normal(size=(1500, len(OWNERS))).astype(np.float32)
    rows[:, 1:4] = np.eye(4)[rng.integers(0, 4, len(rows))][:, :3]
    rows[:, 7] = rng.integers(0, 4, len(rows))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    told = np.nan_to_num(rows)
    score = told[:, 0] * (1 + told[:, 1]) - told[:, 4] * told[:, 7] + told[:, 5] * told[:, 6]
    label = rng.random(len(rows)) < 1 / (1 + np.exp(1 - score))
    booster = xgb.train(
        {
            "max_depth": depth, "objective": "binary:logistic", "tree_method": "hist",
            "max_bin": 64, "nthread": 1, "subsample": 0.6, "colsample_bytree": 0.7, "eta": 0.1,
        } | parameters,
        xgb.DMatrix(rows, label),
        rounds,
    )  # fmt: skip
    return Saved(booster, bytes(booster.save_raw("ubj")), rows)


def exact_margins(trees: Saved, rows: np.ndarray) -> np.ndarray:
    """Return the margins without the base score: XGBoost's own trees, added up in float64."""
    data = xgb.DMatrix(rows, base_margin=np.zeros(len(rows), np.float32))
    one_by_one = [
        trees.booster.predict(data, output_margin=True, iteration_range=(number, number + 1))
        for number in range(trees.booster.num_boosted_rounds())
    ]
    return np.sum(one_by_one, axis=0, dtype=np.float64)


def by_input(contributions: np.ndarray) -> np.ndarray:
    """Return XGBoost's contributions, its bias left out, summed by input."""
    sums = np.zeros((len(contributions), INPUTS))
    np.add.at(sums.T, OWNERS, contributions[:, :-1].astype(float).T)
    return sums
