"""Correlations of many scores of many rows at once, and how much luck each of them holds."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Correlations:
    """``value`` (scores, scores), and ``variance``: that of the error of each, times the rows."""

    value: np.ndarray
    variance: np.ndarray


def correlations(scores: np.ndarray) -> Correlations:
    """Return the correlations of scores (scores, rows), which are overwritten.

    Those of a constant score are 0, and so is their variance.

    The error of a correlation r of standard scores a, b is that of the mean of
    ``ab - r (a^2 + b^2) / 2``, whatever the two look like.
    """
    scores -= scores.mean(axis=1, dtype=np.float64).astype(np.float32)[:, None]
    spread = np.sqrt(np.einsum("ij,ij->i", scores, scores) / scores.shape[1])
    scores /= np.where(spread > 0, spread, 1.0)[:, None]
    r, both, cube = _products(scores)
    fourth = np.diag(both)
    variance = both - r * (cube + cube.T) + r**2 / 4 * (fourth[:, None] + fourth + 2 * both)
    varies = (spread > 0)[:, None] & (spread > 0)
    return Correlations(np.where(varies, r, 0.0), np.where(varies, np.maximum(variance, 0.0), 0.0))


def _products(scores: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the means of a*b, a^2 * b^2 and a^3 * b for every two scores a, b."""
    size, rows = scores.shape
    sums = np.zeros((3, size, size))
    # So thin a product is slower on several threads, and far slower beside other work.
    with threadpool_limits(limits=1, user_api="blas"):
        for start in range(0, rows, _CHUNK):
            part = scores[:, start : start + _CHUNK]
            square = part * part
            sums += part @ part.T, square @ square.T, (square * part) @ part.T
    return tuple(sums / rows)
