"""What the inputs look like, column by column: the baseline that later data are held against."""

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column
from stayline.formats.data_statistics import (
    Bucket,
    Categorical,
    CategoryCount,
    Dataset,
    FeatureStatistics,
    InferredType,
    Kll,
    NumericalDistribution,
    NumericalStatistics,
    Presence,
    Statistics,
    StringDistribution,
    StringStatistics,
)
from stayline.modelling.feature_counts import (
    FeatureCounts,
    WordCounts,
    counted_words,
    is_number,
    sorted_numbers,
)
from stayline.modelling.quantile_sketch import sketch_of

BUCKETS = 10
MOST_CATEGORIES = 100


def feature_statistics(frame: pl.DataFrame, columns: tuple[Column, ...]) -> Statistics:
    """Return the statistics of these columns of ``frame``, in their order; equal data, equal bytes.

    Only what a model may see is summed up, so ``columns`` are features, never ids or free text. A
    date is taken, as the model takes it, as whole days before ``event_time``. Ordinals and flags
    are words; of words at most 100 are listed. NaN counts as missing. One column is worked on at a
    time.
    """
    return Statistics(
        dataset=Dataset(frame.height),
        features=tuple(_feature(column, frame) for column in columns),
    )


def counted_statistics(counts: FeatureCounts, columns: tuple[Column, ...]) -> Statistics:
    """Return the statistics of counted rows: to the bit those of the rows themselves."""
    return Statistics(
        dataset=Dataset(counts.rows),
        features=tuple(
            _words(column.name, one)
            if isinstance(one, WordCounts)
            else _numbers(column.name, one.expanded(), one.missing)
            for column, one in zip(columns, counts.features, strict=True)
        ),
    )


def _feature(column: Column, frame: pl.DataFrame) -> FeatureStatistics:
    if is_number(column):
        return _numbers(column.name, *sorted_numbers(column, frame))
    return _words(column.name, counted_words(frame.get_column(column.name)))


def _numbers(name: str, values: np.ndarray, missing: int) -> FeatureStatistics:
    presence = Presence(len(values), missing)
    if not len(values):
        return FeatureStatistics(name, InferredType.UNKNOWN, NumericalStatistics(presence))
    is_whole = bool((values == np.floor(values)).all())
    total = float(values.sum())
    mean = total / len(values)
    return FeatureStatistics(
        name,
        InferredType.INTEGRAL if is_whole else InferredType.FRACTIONAL,
        NumericalStatistics(
            common=presence,
            mean=mean,
            sum=total,
            std_dev=float(np.sqrt(np.mean((values - mean) ** 2))),
            min=float(values[0]),
            max=float(values[-1]),
            distribution=NumericalDistribution(Kll(_buckets(values), sketch_of(values))),
        ),
    )


def _buckets(values: np.ndarray) -> tuple[Bucket, ...]:
    """Return ten buckets of equal width over sorted values, exactly counted."""
    share = np.arange(BUCKETS + 1) / BUCKETS
    edges = values[0] * (1 - share) + values[-1] * share
    edges[0], edges[-1] = values[0], values[-1]
    below = np.searchsorted(values, edges)
    below[-1] = len(values)
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), np.diff(below).tolist(), strict=True)
    return tuple(Bucket(*row) for row in rows)


def _words(name: str, words: WordCounts) -> FeatureStatistics:
    counted = words.counts
    presence = Presence(int(counted.get_column("count").sum()), words.missing)
    if counted.is_empty():
        empty = StringStatistics(presence, distinct_count=0)
        return FeatureStatistics(name, InferredType.UNKNOWN, string_statistics=empty)
    most = counted.sort(["count", "value"], descending=[True, False]).head(MOST_CATEGORIES)
    buckets = tuple(CategoryCount(value, count) for value, count in most.iter_rows())
    return FeatureStatistics(
        name,
        InferredType.STRING,
        string_statistics=StringStatistics(
            presence, counted.height, StringDistribution(Categorical(buckets))
        ),
    )
