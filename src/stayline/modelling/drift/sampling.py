"""What luck alone makes of a difference between two samples: p-values, bands, smallest windows."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from stayline.modelling.drift.distances import Weighted, chi_squared

POWER = 0.8
"""How likely a window of the smallest size stated shows the change that is promised."""
SEEN_CHANGE = 0.10
"""The change that a window of the smallest size shows: 10 of 100 rows."""
_FEWEST_EXPECTED = 5.0
_FEWEST_UNTIED = 30.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much two samples can tell: their independent rows, and the luck one test may have.

    ``level`` is the chance of a false alarm that this one test may spend.
    """

    window: float
    baseline: float
    level: float

    @property
    def rows(self) -> float:
        """How large one sample, held against a certainty, would tell as much as both."""
        return self.window * self.baseline / (self.window + self.baseline)


def independent_rows(rows_of_each: np.ndarray) -> float:
    """Return how many rows of different people tell at least as little as these do.

    After Kish: people whose rows are all alike tell (sum m)^2 / sum m^2; who changes, tells more,
    so tests that count on this are rather too careful.

    >>> independent_rows(np.array([1, 1, 1])), independent_rows(np.array([3, 3]))
    (3.0, 2.0)
    """
    rows = rows_of_each.astype(np.float64)
    return float(rows.sum() ** 2 / (rows**2).sum()) if len(rows) else 0.0


def numbers_band(evidence: Evidence) -> float:
    """Return by how much an L-infinity of numbers may err, but for the stated luck."""
    return float(special.kolmogi(evidence.level) / np.sqrt(evidence.rows))


def numbers_luck(
    found: Weighted, before: Weighted, distance: float, error: float, evidence: Evidence
) -> float:
    """Return how likely numbers of one distribution are this unlike.

    Kolmogorov and Smirnov's test sees any change, that of the mean rank sees a move sooner, that of
    the spread of ranks a stretch: three times the best of them. ``distance`` is the L-infinity;
    ``error`` is what sketches may add to a share, and is taken off. Of the first the limit for many
    rows is used; with fewer rows, or ties, luck does less than it says. The other two follow the
    normal law only where some 30 rows have another value than the most frequent one.
    """
    rows = evidence.rows
    lucks = [float(special.kolmogorov(max(0.0, distance - error) * np.sqrt(rows)))]
    tied = float((before.below(before.values) - before.below(before.values, or_at=False)).max())
    if rows * (1 - tied) < _FEWEST_UNTIED:
        return lucks[0]
    now, then = (_ranks(side, before) for side in (found, before))
    for score in (lambda rank: rank, np.square):
        mean = np.average(score(then), weights=before.weights)
        spread = np.average((score(then) - mean) ** 2, weights=before.weights)
        off = abs(np.average(score(now), weights=found.weights) - mean) - error
        if spread > 0:
            lucks.append(float(2 * special.ndtr(-max(0.0, off) / np.sqrt(spread / rows))))
    return min(1.0, len(lucks) * min(lucks))


def words_band(found: np.ndarray, before: np.ndarray, evidence: Evidence) -> tuple[float, float]:
    """Return how much of a total variation may be luck, and how much it may fall short.

    Luck always adds: its mean is bounded by that of each share's error, and no one row moves the
    figure by more than its own weight (McDiarmid).
    """
    pooled = (found + before) / (found.sum() + before.sum())
    mean = float(np.sqrt(2 / np.pi * pooled * (1 - pooled) / evidence.rows).sum() / 2)
    swing = float(np.sqrt(np.log(2 / evidence.level) / (2 * evidence.rows)))
    return mean + swing, swing


def words_luck(found: np.ndarray, before: np.ndarray, evidence: Evidence) -> float:
    """Return how likely words of one distribution have counts this far apart.

    The chi-squared test sees many small changes but needs five expected rows a word, so rarer words
    are put together; the exact test of each word sees a rare or new one. Twice the better of both.
    """
    now, then = _scaled(found, evidence.window), _scaled(before, evidence.baseline)
    if not now.sum() or not then.sum():
        return 1.0
    exact = min(1.0, float(share_luck(now, now.sum(), then, then.sum()).min()) * len(now))
    expected = (now + then) * (min(now.sum(), then.sum()) / (now.sum() + then.sum()))
    is_common = expected >= _FEWEST_EXPECTED
    if is_common.sum() < 2:
        return exact
    cells = [np.r_[counts[is_common], counts[~is_common].sum()] for counts in (now, then)]
    if cells[0][-1] + cells[1][-1] < _FEWEST_EXPECTED * (now.sum() + then.sum()) / min(
        now.sum(), then.sum()
    ):
        cells = [cell[:-1] for cell in cells]
    together = float(special.chdtrc(len(cells[0]) - 1, chi_squared(*cells)))
    return min(1.0, 2 * min(exact, together))


def share_luck(
    found: np.ndarray, rows: float, before: np.ndarray, baseline_rows: float
) -> np.ndarray:
    """Return for each count how likely its share differs so much by luck (Fisher, two-sided)."""
    from scipy import stats

    both = found + before
    luck = np.ones(len(both))
    some = both > 0  # else there is nothing to tell, and SciPy is slow to say so
    drawn = round(rows + baseline_rows), both[some], round(rows)
    at_most = stats.hypergeom.cdf(found[some], *drawn)
    at_least = stats.hypergeom.sf(found[some] - 1, *drawn)
    luck[some] = np.minimum(1.0, 2 * np.minimum(at_most, at_least))
    return luck


def share_band(found: float, rows: float, level: float) -> tuple[float, float]:
    """Return the interval of a share (Clopper and Pearson).

    >>> share_band(0, 10, 0.05)[0]
    0.0
    """
    low = special.betaincinv(found, rows - found + 1, level / 2) if found else 0.0
    high = special.betainccinv(found + 1, rows - found, level / 2) if found < rows else 1.0
    return float(low), float(high)


def fewest_rows(needed: float, baseline: float) -> int | None:
    """Return the smallest window that tells as much as ``needed`` rows; None if none does."""
    return int(np.ceil(needed * baseline / (baseline - needed))) if baseline > needed else None


def fewest_rows_for_a_share(evidence: Evidence) -> int | None:
    """Return the smallest window that shows a change of 10 of 100 rows, None if none does."""
    return fewest_rows(rows_for_a_share(SEEN_CHANGE, evidence.level), evidence.baseline)


def rows_for_a_share(change: float, level: float) -> float:
    """Return how many rows show that the share below some value changed by so much.

    >>> round(rows_for_a_share(0.1, 0.05 / 120))
    615
    """
    luck = np.sqrt(np.log(2 / level) / 2)
    return float(((luck + special.ndtri(POWER) / 2) / change) ** 2)


def rows_for_a_correlation(change: float, level: float) -> float:
    """Return how many rows show that a correlation near 0 changed by so much."""
    return float(((special.ndtri(POWER) - special.ndtri(level / 2)) / change) ** 2)


def _scaled(counts: np.ndarray, rows: float) -> np.ndarray:
    """Return counts of as many rows as are independent."""
    total = counts.sum()
    return np.asarray(np.round(counts * (min(rows, total) / total)) if total else counts)


def _ranks(side: Weighted, before: Weighted) -> np.ndarray:
    """Return the baseline's middle rank of each value, from -.5 to .5."""
    ranks = before.below(side.values) + before.below(side.values, or_at=False)
    return np.asarray(ranks / 2 - 0.5)
