"""Protected attributes as they are kept, turned into the groups of an audit."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

import polars as pl

from stayline.domain.sensitive_columns import words_of
from stayline.domain.workforce_schema import Column, Kind

MOST_GROUPS = 30
OTHER_VALUES = "(other values)"
_BELOW = "below "
_AGE = re.compile(r"\bage\b")
_BIRTH = re.compile(r"birth|\bdob\b")
_YEAR_OF_BIRTH = re.compile(r"\byob\b|\byear (of )?birth\b|\bbirth year\b")


def facet_columns(
    attributes: pl.DataFrame,
    columns: Iterable[Column],
    *,
    event_time: pl.Series,
    protected_age_from: int,
    known: Mapping[str, Collection[str]] | None = None,
) -> pl.DataFrame:
    """Return one text column of groups per protected column, row by row; null is unknown.

    ``attributes`` holds text, as the protected store keeps it; ``event_time`` (n,) is when each row
    was true. An age, a date or a year of birth becomes "under 40" or "40 and over" at that time
    (40 being ``protected_age_from``). Any other number or date is cut at its median; categories
    stay, of which at most 30 are told apart, the most frequent ones. Columns that ``attributes``
    lacks are left out. ``known`` are the groups of a former audit, which these rows are to be held
    against: numbers and dates are then cut where they were, and the same categories told apart.
    """
    return pl.DataFrame(
        [
            _groups(
                column,
                attributes.get_column(column.name),
                event_time,
                protected_age_from,
                (known or {}).get(column.name, ()),
            )
            for column in columns
            if column.name in attributes.columns
        ]
    )


def _groups(
    column: Column,
    cells: pl.Series,
    event_time: pl.Series,
    age_from: int,
    known: Collection[str],
) -> pl.Series:
    words = words_of(column.name)
    if column.kind is Kind.DATE:
        days = cells.cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
        if _BIRTH.search(words):
            return _age_bands(_age(days, event_time), age_from)
        return _halves(days, known)
    if column.kind is not Kind.NUMBER:
        return _listed(cells.cast(pl.String), known)
    numbers = cells.cast(pl.Float64, strict=False).fill_nan(None)
    if _YEAR_OF_BIRTH.search(words):
        return _age_bands(event_time.dt.year() - numbers, age_from).alias(column.name)
    if _AGE.search(words):
        return _age_bands(numbers, age_from)
    return _halves(numbers, known)


def _age(born: pl.Series, event_time: pl.Series) -> pl.Series:
    """Return whole years at the event time; a birthday counts from its very day."""
    day = event_time.dt.date()
    had_birthday = _month_and_day(day) >= _month_and_day(born)
    years = day.dt.year() - born.dt.year() - (~had_birthday).cast(pl.Int32)
    return years.alias(born.name)


def _month_and_day(days: pl.Series) -> pl.Series:
    return days.dt.month().cast(pl.Int32) * 100 + days.dt.day()


def _age_bands(age: pl.Series, age_from: int) -> pl.Series:
    return _cut(age, age_from, f"under {age_from}", f"{age_from} and over")


def _halves(values: pl.Series, known: Collection[str]) -> pl.Series:
    """Cut at the median, the upper one of two middle values; or where it was cut before."""
    ordered = values.drop_nulls().sort()
    if ordered.is_empty():
        return values.cast(pl.String)
    middle = ordered[len(ordered) // 2]
    edge = f"{middle:g}" if isinstance(middle, float) else str(middle)
    for group in known:
        if group.startswith(_BELOW):
            edge = group.removeprefix(_BELOW)
            middle = float(edge) if isinstance(middle, float) else date.fromisoformat(edge)
    return _cut(values, middle, f"{_BELOW}{edge}", f"{edge} and above")


def _cut(values: pl.Series, edge: float | date, below: str, above: str) -> pl.Series:
    is_above = values >= edge
    return pl.select(
        pl.when(is_above).then(pl.lit(above)).when(~is_above).then(pl.lit(below)).alias(values.name)
    ).to_series()


def _listed(values: pl.Series, known: Collection[str]) -> pl.Series:
    if known:
        if OTHER_VALUES not in known:
            return values
        kept = pl.Series(values.name, known, pl.String)
        return values.set(~(values.is_in(kept.implode()) | values.is_null()), OTHER_VALUES)
    counted = (
        values.drop_nulls().value_counts().sort(["count", values.name], descending=[True, False])
    )
    if counted.height <= MOST_GROUPS:
        return values
    kept = counted.get_column(values.name).head(MOST_GROUPS - 1)
    is_kept = values.is_in(kept.implode()) | values.is_null()
    return values.set(~is_kept, OTHER_VALUES)
