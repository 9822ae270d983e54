"""How far two distributions are apart, by every measure the field uses.

Numbers come as values with weights: raw values (each of weight 1) or a sketch's. Words come as two
arrays of counts in the same order, and so do binned numbers.
"""

from dataclasses import dataclass

import numpy as np

FLOOR = 1e-4
"""The least share that `population_stability` works with, as Evidently has it: log 0 is none."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """Sorted values and how many rows each stands for."""

    values: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Weighted":
        """Return raw values, each as one row.

        >>> Weighted.of(np.array([3.0, 1.0])).values.tolist()
        [1.0, 3.0]
        """
        return cls(np.sort(values), np.ones(len(values)))

    def below(self, points: np.ndarray, *, or_at: bool = True) -> np.ndarray:
        """Return the share of rows whose value is below, or at, each point."""
        total = np.r_[0.0, np.cumsum(self.weights)]
        at = np.searchsorted(self.values, points, side="right" if or_at else "left")
        return np.asarray(total[at] / total[-1])


def l_infinity(one: Weighted, other: Weighted) -> float:
    """Return the greatest difference of the two distribution functions, from 0 to 1."""
    points = np.concatenate([one.values, other.values])
    return float(np.abs(one.below(points) - other.below(points)).max())


def wasserstein(one: Weighted, other: Weighted) -> float:
    """Return the area between the two distribution functions, in the unit of the values."""
    points = np.sort(np.concatenate([one.values, other.values]))
    apart = np.abs(one.below(points[:-1]) - other.below(points[:-1]))
    return float((apart * np.diff(points)).sum())


def binned(one: Weighted, other: Weighted, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of both between the edges; the first and last bin are open."""
    first, second = (np.diff(np.r_[0.0, w.below(edges, or_at=False), 1.0]) for w in (one, other))
    return first, second


def largest_share_change(one: np.ndarray, other: np.ndarray) -> float:
    """Return the greatest change of the share of one category: L-infinity, of words."""
    return float(np.abs(shares(one) - shares(other)).max())


def total_variation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of rows that would have to change their category.

    >>> total_variation(np.array([50, 50]), np.array([60, 40]))
    0.1
    """
    return round(float(np.abs(shares(one) - shares(other)).sum() / 2), 12)


def chi_squared(one: np.ndarray, other: np.ndarray) -> float:
    """Return the statistic of the two-sample chi-squared test; categories nobody has count 0."""
    rows = np.array([one.sum(), other.sum()], dtype=np.float64)
    pooled = (one + other) / rows.sum()
    has_some = pooled > 0
    squares = (shares(one) - shares(other))[has_some] ** 2 / pooled[has_some]
    return float(squares.sum() * rows.prod() / rows.sum())


def population_stability(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the PSI of two arrays of counts or shares; empty categories count as .0001."""
    before, now = (np.where(s == 0, FLOOR, s) for s in (shares(expected), shares(found)))
    return float(((before - now) * np.log(before / now)).sum())


def jensen_shannon(one: np.ndarray, other: np.ndarray) -> float:
    """Return the Jensen-Shannon distance (natural logarithm), from 0 to .8326."""
    left, right = shares(one), shares(other)
    middle = (left + right) / 2
    divergence = sum(
        float((side[side > 0] * np.log(side[side > 0] / middle[side > 0])).sum())
        for side in (left, right)
    )
    return float(np.sqrt(max(0.0, divergence / 2)))


def shares(counts: np.ndarray) -> np.ndarray:
    """Return each count as a share of all."""
    return np.asarray(counts / counts.sum(), dtype=np.float64)
