"""What of a window's statistics may be kept and shown, so that nobody can be picked out.

Everything is computed on the exact statistics; only what is written is made coarser.
"""

from collections.abc import Iterable

import numpy as np
from msgspec.structs import replace

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.data_statistics import (
    Bucket,
    Categorical,
    CategoryCount,
    FeatureStatistics,
    Kll,
    NumericalDistribution,
    NumericalStatistics,
    Sketch,
    Statistics,
    StringDistribution,
    StringStatistics,
)
from stayline.formats.report_json import encode
from stayline.modelling.quantile_sketch import weighted_values
from stayline.modelling.watching.monitors import STATISTICS, statistics_of
from stayline.modelling.watching.part import Part

FEWEST_PEOPLE = 30
"""The statistics of fewer people than this are hardly more than their rows."""
FEWEST_ALIKE = 5
"""So many must have a word, or a value at least as small or as large, for it to be told."""
FEW_PEOPLE_CHECK = "few_people_check"
RARE = "(fewer than 5 people each)"


def few_people(count: int) -> Part:
    """Return what is told of the inputs of a window of too few people: how many there are."""
    reason = f"Too few people to show: {count}, and their inputs are shown from {FEWEST_PEOPLE} on."
    found = Finding(Monitor.DATA, FEW_PEOPLE_CHECK, Verdict.INSUFFICIENT, reason, n=count)
    return Part((found,))


def shown(part: Part) -> Part:
    """Return the part of the data monitor with its statistics as `shown_statistics` has them."""
    exact = statistics_of(part)
    if exact is None:
        return part
    return Part(part.findings, {**part.files, STATISTICS: encode(shown_statistics(exact))})


def shown_statistics(exact: Statistics) -> Statistics:
    """Return the statistics without rare words, and without values that few lie beyond.

    Words of fewer than 5 people are put together. Numbers end at the fifth smallest and the fifth
    largest value, and every bucket holds 5 at least; of fewer than 5 values only the count is told.
    """
    return replace(exact, features=tuple(_feature(feature) for feature in exact.features))


def _feature(exact: FeatureStatistics) -> FeatureStatistics:
    numbers, words = exact.numerical_statistics, exact.string_statistics
    return replace(
        exact,
        numerical_statistics=None if numbers is None else _numbers(numbers),
        string_statistics=None if words is None else _words(words),
    )


def _words(exact: StringStatistics) -> StringStatistics:
    rare = [count for count in exact.counts.values() if count < FEWEST_ALIKE]
    if not rare:
        return exact
    told = [(word, count) for word, count in exact.counts.items() if count >= FEWEST_ALIKE]
    buckets = sorted([*told, (RARE, sum(rare))], key=lambda pair: (-pair[1], pair[0]))
    listed = Categorical(tuple(CategoryCount(*bucket) for bucket in buckets))
    return replace(exact, distribution=StringDistribution(listed))


def _numbers(exact: NumericalStatistics) -> NumericalStatistics:
    kll = exact.distribution.kll if exact.distribution else None
    if kll is None or kll.sketch is None or exact.common.num_present < FEWEST_ALIKE:
        return NumericalStatistics(exact.common)
    low, high = _ends(kll.sketch)
    sketch = replace(
        kll.sketch,
        data=tuple(tuple(np.clip(level, low, high).tolist()) for level in kll.sketch.data),
    )
    buckets = _joined(kll.buckets)
    buckets[0] = replace(buckets[0], lower_bound=min(low, buckets[0].upper_bound))
    buckets[-1] = replace(buckets[-1], upper_bound=max(high, buckets[-1].lower_bound))
    return replace(
        exact,
        min=low,
        max=high,
        distribution=NumericalDistribution(Kll(tuple(buckets), sketch)),
    )


def _ends(sketch: Sketch) -> tuple[float, float]:
    """Return the fifth smallest and the fifth largest value; of fewer than 10, in order.

    A value that stands for several rows may be the outermost of them, so four rows of others must
    lie beyond it.
    """
    values, weights = weighted_values(sketch)
    fifth = int(np.argmax(_beyond(weights) >= FEWEST_ALIKE - 1))
    last = len(values) - 1 - int(np.argmax(_beyond(weights[::-1]) >= FEWEST_ALIKE - 1))
    low, high = sorted((float(values[fifth]), float(values[last])))
    return low, high


def _beyond(weights: np.ndarray) -> np.ndarray:
    return np.asarray(np.cumsum(weights) - weights)


def _joined(buckets: Iterable[Bucket]) -> list[Bucket]:
    """Return neighbours put together until each bucket holds enough."""
    joined: list[Bucket] = []
    for bucket in buckets:
        is_short = joined and joined[-1].count < FEWEST_ALIKE
        joined = [*joined[:-1], _both(joined[-1], bucket)] if is_short else [*joined, bucket]
    if len(joined) > 1 and joined[-1].count < FEWEST_ALIKE:
        joined[-2:] = [_both(*joined[-2:])]
    return joined


def _both(one: Bucket, other: Bucket) -> Bucket:
    return Bucket(one.lower_bound, other.upper_bound, one.count + other.count)
