"""A column's distribution as ``statistics.json`` keeps it, in the form that distances take."""

from dataclasses import dataclass

import numpy as np

from stayline.formats.data_statistics import FeatureStatistics, StringStatistics
from stayline.modelling.drift.distances import Weighted, shares
from stayline.modelling.quantile_sketch import weighted_values


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of a sketch; ``error`` bounds how wrong a share of rows below a value can be."""

    table: Weighted
    error: float
    deviation: float


def numbers_of(feature: FeatureStatistics) -> Numbers | None:
    """Return a column's numbers, None where it has none."""
    numbers = feature.numerical_statistics
    sketch = numbers.distribution.kll.sketch if numbers and numbers.distribution else None
    if numbers is None or sketch is None or not any(sketch.data):
        return None
    table = Weighted(*weighted_values(sketch))
    # Each level moved at most one of its values past any point, by turns up and down.
    moved = 2 ** len(sketch.data) // 3
    return Numbers(table, float(moved / table.weights.sum()), numbers.std_dev or 0.0)


def deciles(before: Weighted) -> np.ndarray:
    """Return the inner edges of ten bins that hold about a tenth of the rows each."""
    places = np.cumsum(before.weights) / before.weights.sum()
    at = np.searchsorted(places, np.arange(1, 10) / 10)
    edges = np.unique(before.values[np.minimum(at, len(before.values) - 1)])
    return np.asarray(edges[edges > before.values[0]])


def words_of(
    found: FeatureStatistics, before: FeatureStatistics
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray] | None:
    """Return words and how many rows of each table have them, None unless both have some.

    The last word, ``""``, stands for all that one of the lists may have left out.
    """
    now, then = found.string_statistics, before.string_statistics
    if now is None or then is None or not now.counts or not then.counts:
        return None
    words = tuple(
        word
        for word in sorted({*now.counts, *then.counts})
        if (word in now.counts or _is_whole(now)) and (word in then.counts or _is_whole(then))
    )
    counts = [
        np.array([*(side.counts.get(word, 0) for word in words), 0.0], dtype=np.float64)
        for side in (now, then)
    ]
    for array, side in zip(counts, (now, then), strict=True):
        array[-1] = side.common.num_present - array.sum()
    return (*words, ""), counts[0], counts[1]


def _is_whole(words: StringStatistics) -> bool:
    return words.distinct_count == len(words.counts)


def greatest_change(words: tuple[str, ...], found: np.ndarray, before: np.ndarray) -> str:
    """Tell in words whose share changed most."""
    now, then = shares(found), shares(before)
    at = int(np.abs(now - then).argmax())
    name = repr(words[at]) if words[at] else "the rest"
    return f"the share of {name} went from {then[at]:.1%} to {now[at]:.1%}"
