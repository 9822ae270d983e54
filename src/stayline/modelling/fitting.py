"""Who fits the chosen trees to rows: this process, or whoever is given in its place."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from stayline.modelling.dataset import TrainingSet
from stayline.modelling.encoding import Matrix
from stayline.modelling.search import Candidate, fit

if TYPE_CHECKING:
    import xgboost as xgb

Rows = np.ndarray | slice
"""Positions of rows, or all of them."""
EVERY_ROW = slice(None)

Fit = Callable[[Rows], "xgb.Booster"]
"""Returns the trees that were fitted to these rows; several threads may ask at once."""
Fitting = Callable[[Matrix, TrainingSet, Candidate, int], Fit]
"""Given the encoded rows, the rows, the candidate and the seed, returns what fits the candidate."""


def fitting_here(matrix: Matrix, data: TrainingSet, candidate: Candidate, seed: int) -> Fit:
    """Fit in this process, one thread a fit."""

    def fit_rows(rows: Rows) -> "xgb.Booster":
        weight = None if data.weight is None else data.weight[rows]
        return fit(matrix[rows], data.label[rows], candidate, seed, weight)

    return fit_rows
