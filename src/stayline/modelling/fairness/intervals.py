"""Intervals from bootstrap draws of figures that may be infinite, or not defined in some draws."""

import numpy as np

from stayline.modelling.evaluation import LEVEL

_FEWEST_DRAWS = 0.9


def percentiles(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the interval of each column of ``draws`` (draws, figures).

    The ends are values that were drawn, the outer ones where a percentile falls between two; so
    they may be infinite. NaN draws are left out; with more than a tenth of them both ends are NaN.
    """
    ordered = np.sort(draws, axis=0)
    found = (~np.isnan(ordered)).sum(axis=0)
    tail = (1 - LEVEL) / 2
    last = np.maximum(found - 1, 0)
    low = np.floor(tail * last).astype(int)
    high = np.ceil((1 - tail) * last).astype(int)
    is_told = found >= _FEWEST_DRAWS * len(draws)

    def at(place: np.ndarray) -> np.ndarray:
        return np.where(is_told, np.take_along_axis(ordered, place[None], axis=0)[0], np.nan)

    return at(low), at(high)
