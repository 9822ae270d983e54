"""What the rows of a part say of each input, so that the parts together say what all rows do.

A column is kept as its distinct values and how many rows have each. These of several parts add up
to exactly those of all rows, which no sketch does, and columns about people have few: whole
amounts, days, categories. Only a column of which hardly two rows are alike stays as long as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column, Kind
from stayline.ports.feature_store import EVENT_TIME

_LARGEST = float(np.finfo(np.float32).max)
_WORD, _COUNT = "value", "count"


@dataclass(frozen=True, slots=True)
class NumberCounts:
    """Distinct numbers, sorted, how many rows have each, and how many have none."""

    values: np.ndarray
    counts: np.ndarray
    missing: int

    def expanded(self) -> np.ndarray:
        """Return the sorted values of all rows."""
        return np.repeat(self.values, self.counts)


@dataclass(frozen=True, slots=True)
class WordCounts:
    """A frame of each ``value`` and its ``count`` of rows, and how many rows have none."""

    counts: pl.DataFrame
    missing: int


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """The counts of each column, in the columns' order."""

    rows: int
    features: tuple[NumberCounts | WordCounts, ...]


def feature_counts(frame: pl.DataFrame, columns: Sequence[Column]) -> FeatureCounts:
    """Return the counts of these columns of ``frame``; a date counts as `sorted_numbers` says."""
    return FeatureCounts(frame.height, tuple(_counts(column, frame) for column in columns))


def merged_counts(parts: Sequence[FeatureCounts]) -> FeatureCounts:
    """Return the counts of all rows of one or more parts, whose columns are the same."""
    merged = zip(*(part.features for part in parts), strict=True)
    return FeatureCounts(sum(part.rows for part in parts), tuple(map(_merged, merged)))


def is_number(column: Column) -> bool:
    """Whether a column is told as numbers; ordinals and flags are words."""
    return column.kind in {Kind.DATE, Kind.NUMBER}


def sorted_numbers(column: Column, frame: pl.DataFrame) -> tuple[np.ndarray, int]:
    """Return a column's known numbers, sorted, and how many rows have none; NaN is none.

    A date is taken, as the model takes it, as whole days before ``event_time``.
    """
    series = frame.get_column(column.name)
    if column.kind is Kind.DATE:
        series = (frame.get_column(EVENT_TIME).dt.date() - series).dt.total_days()
    values = series.cast(pl.Float64).drop_nulls().to_numpy()
    values = np.sort(values[~np.isnan(values)])
    # Within float32, as the model sees them, no sum of squares can overflow; -0.0 becomes 0.0.
    np.clip(values, -_LARGEST, _LARGEST, out=values)
    values += 0.0
    return values, len(series) - len(values)


def counted_words(series: pl.Series) -> WordCounts:
    """Return the words of a column."""
    known = series.cast(pl.String).drop_nulls()
    return WordCounts(known.alias(_WORD).value_counts(), len(series) - len(known))


def _counts(column: Column, frame: pl.DataFrame) -> NumberCounts | WordCounts:
    if not is_number(column):
        return counted_words(frame.get_column(column.name))
    values, missing = sorted_numbers(column, frame)
    return NumberCounts(*np.unique(values, return_counts=True), missing)


def _merged(parts: Sequence[NumberCounts | WordCounts]) -> NumberCounts | WordCounts:
    missing = sum(part.missing for part in parts)
    numbers = [part for part in parts if isinstance(part, NumberCounts)]
    if not numbers:
        words = pl.concat([part.counts for part in parts if isinstance(part, WordCounts)])
        return WordCounts(words.group_by(_WORD).agg(pl.col(_COUNT).sum()), missing)
    values, place = np.unique(np.concatenate([one.values for one in numbers]), return_inverse=True)
    counts = np.zeros(len(values), dtype=np.int64)
    np.add.at(counts, place, np.concatenate([one.counts for one in numbers]))
    return NumberCounts(values, counts, missing)
