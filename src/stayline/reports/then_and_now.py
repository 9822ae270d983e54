"""A feature's values in the baseline and in a window, made comparable bar by bar.

Nobody can be picked out: words that fewer than 5 of the window have are put together, shares are
rounded, and no smallest or largest value is told.
"""

from dataclasses import dataclass

import numpy as np

from stayline.formats.data_statistics import NumericalStatistics, StringStatistics
from stayline.modelling.quantile_sketch import weighted_values
from stayline.reports.drawing import round_step

FEWEST = 5
"""So many of a window must share a word for it to be shown."""
MOST_WORDS = 5
OTHERS = "all others"
_MOST_BINS = 20
_OUTER = 0.01
_FARTHEST, _LARGEST_COUNT, _FINEST = 1e100, 1e9, 1e-9


@dataclass(frozen=True, slots=True)
class NumberBars:
    """Both histograms on the same bins; ``edges`` has one more entry than the shares.

    Whatever lies beyond the edges is in the outer bars. ``quantiles`` maps 5, 50 and 95 % to the
    values then and now.
    """

    edges: tuple[float, ...]
    then: tuple[float, ...]
    now: tuple[float, ...]
    quantiles: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class WordShare:
    """How many have a word, then and now; ``now`` is None for fewer than 5 people."""

    word: str
    then: float
    now: float | None


def number_bars(now: NumericalStatistics, then: NumericalStatistics) -> NumberBars | None:
    """Return comparable histograms; None where one side has no distribution, or hardly a value."""
    if now.common.num_present < FEWEST:
        return None
    sides = [_weighted(side) for side in (then, now)]
    if not all(len(values) for values, _ in sides):
        return None
    edges = _edges(sides)
    shares = []
    for values, weights in sides:
        bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        counts = np.bincount(bins, weights, len(edges) - 1)
        shares.append(tuple((counts / counts.sum()).tolist()))
    before, after = sides
    quantiles = tuple(
        (f"{share:.0%}", _quantile(*before, share), _quantile(*after, share))
        for share in (0.05, 0.5, 0.95)
    )
    return NumberBars(tuple(edges.tolist()), shares[0], shares[1], quantiles)


def word_shares(now: StringStatistics, then: StringStatistics) -> tuple[WordShare, ...]:
    """Return the most frequent words, most frequent first, and all others together at the end."""
    if now.common.num_present < FEWEST:
        return ()
    present, before = now.common.num_present, max(then.common.num_present, 1)
    counts, former = now.counts, then.counts
    told = [
        WordShare(word, former.get(word, 0) / before, counts.get(word, 0) / present)
        for word in {*counts, *former}
        if counts.get(word, 0) == 0 or counts[word] >= FEWEST
    ]
    told.sort(key=lambda one: (-max(one.then, one.now or 0.0), one.word))
    shown = told[:MOST_WORDS]
    listed = sum(counts.get(one.word, 0) for one in shown)
    rest = max(present - listed, 0)
    rest_then = max(0.0, 1 - sum(one.then for one in shown)) if then.common.num_present else 0.0
    if rest or rest_then > 1e-9:
        shown.append(WordShare(OTHERS, rest_then, None if 0 < rest < FEWEST else rest / present))
    return tuple(shown)


def rounded_share(share: float) -> str:
    """Return a share in whole percents, which never make nothing of something.

    >>> rounded_share(0.449), rounded_share(0.001), rounded_share(0.0)
    ('45%', 'under 1%', '0%')
    """
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def _weighted(side: NumericalStatistics) -> tuple[np.ndarray, np.ndarray]:
    """Return sorted values and how many rows each stands for, from the sketch or the buckets."""
    kll = side.distribution.kll if side.distribution else None
    if kll is None:
        return np.empty(0), np.empty(0)
    if kll.sketch is not None and any(kll.sketch.data):
        values, weights = weighted_values(kll.sketch)
    else:
        spread = (np.arange(10) + 0.5) / 10
        values = np.array(
            [b.lower_bound + (b.upper_bound - b.lower_bound) * spread for b in kll.buckets]
        ).ravel()
        weights = np.repeat([bucket.count / 10 for bucket in kll.buckets], 10)
    is_good = (np.abs(values) < _FARTHEST) & (weights > 0)
    return values[is_good], weights[is_good]


def _edges(sides: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return round edges over what all but the outermost percent of either side have."""
    low = min(_quantile(*side, _OUTER) for side in sides)
    high = max(_quantile(*side, 1 - _OUTER) for side in sides)
    size = max(abs(low), abs(high))
    pooled = np.concatenate([values for values, _ in sides])
    is_whole = size < _LARGEST_COUNT and bool((pooled == np.floor(pooled)).all())
    if is_whole and high - low < _MOST_BINS:
        return np.arange(low, high + 2) - 0.5
    step = round_step(max((high - low) / _MOST_BINS, size * _FINEST))
    first, last = np.floor(low / step), np.ceil(high / step)
    return np.arange(first, max(last, first + 1) + 1) * step


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    below = np.cumsum(weights)
    return float(values[np.searchsorted(below, share * below[-1], side="left")])
