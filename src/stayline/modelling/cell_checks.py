"""The rule of `stayline.domain.field_values` for a whole column at once."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from stayline.domain.field_values import FieldRefused, checked_value, flag_words
from stayline.domain.workforce_schema import Column, Kind
from stayline.ports.feature_store import polars_type

# What is plain needs no thought; the rule itself decides on every other distinct value.
_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_PLAIN_DATE = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_PLAIN_TEXT = r"^[!-~]([ -~]{0,198}[!-~])?$"
_WHOLE_AS_FLOAT = r"\.0+$"

_REFUSALS = {"place": pl.UInt32, "reason": pl.String}


@dataclass(frozen=True, slots=True)
class CheckedCells:
    """A column's canonical values, null where missing or refused, and the refusals.

    ``refusals`` has ``place`` (position in the column, from 0) and ``reason``, without cell text.
    """

    values: pl.Series
    refusals: pl.DataFrame


def checked_cells(column: Column, cells: pl.Series) -> CheckedCells:
    """Return what `checked_value` makes of every cell, fast.

    ``cells`` is text, as a CSV file gives it, or of any type that a Parquet file may hold.
    """
    cells = _simple(cells)
    values = _plain_values(column, cells)
    odd = (values.is_null() & cells.is_not_null()).arg_true()
    if odd.is_empty():
        return CheckedCells(values, pl.DataFrame(schema=_REFUSALS))
    readings = _readings(column, cells.gather(odd))
    read = pl.Series([value for value, _ in readings], dtype=values.dtype)
    refusals = pl.DataFrame(
        {"place": odd, "reason": [reason for _, reason in readings]}, schema=_REFUSALS
    )
    return CheckedCells(values.scatter(odd, read), refusals.drop_nulls("reason"))


def _simple(cells: pl.Series) -> pl.Series:
    if isinstance(cells.dtype, pl.Categorical | pl.Enum | pl.Null):
        return cells.cast(pl.String)
    if isinstance(cells.dtype, pl.Decimal):
        return cells.cast(pl.Float64)
    if isinstance(cells.dtype, pl.Date | pl.Datetime):
        days = cells.dt.date()
        return days if days.dt.year().is_between(1, 9999).all() else days.cast(pl.String)
    return cells


def _plain_values(column: Column, cells: pl.Series) -> pl.Series:
    """Return the values that are clear at a glance, null for all others."""
    kept = polars_type(column)
    is_text = cells.dtype == pl.String
    if column.kind is Kind.NUMBER and (is_text or cells.dtype.is_numeric()):
        return _plain_numbers(column, cells)
    if column.kind is Kind.DATE and is_text:
        iso = _where(cells.str.contains(_PLAIN_DATE), cells)
        return iso.str.to_date("%Y-%m-%d", strict=False)
    if column.kind is Kind.DATE and cells.dtype == pl.Date:
        return cells
    if kept == pl.String and (is_text or cells.dtype.is_integer()):
        text = cells.cast(pl.String)
        listed = flag_words(column) if column.kind is Kind.FLAG else column.categories
        if listed:
            return _where(text.is_in([word for word in listed if word.strip()]), text)
        return _where(text.str.contains(_PLAIN_TEXT) & ~text.str.contains(_WHOLE_AS_FLOAT), text)
    return pl.Series(values=[None], dtype=kept).new_from_index(0, len(cells))


def _plain_numbers(column: Column, cells: pl.Series) -> pl.Series:
    if cells.dtype == pl.String:
        cells = _where(cells.str.contains(_PLAIN_NUMBER), cells)
    numbers = cells.cast(pl.Float64)
    numbers = numbers.set(numbers == 0, 0.0)  # so that -0.0 and 0.0 are one value
    fits = numbers.is_finite()
    if column.minimum is not None:
        fits &= numbers >= column.minimum
    if column.maximum is not None:
        fits &= numbers <= column.maximum
    return _where(fits, numbers)


def _where(condition: pl.Series, values: pl.Series) -> pl.Series:
    if condition.all(ignore_nulls=False):
        return values
    return values.zip_with(condition.fill_null(False), values.clear(1))


def _readings(column: Column, cells: pl.Series) -> list[tuple[object, str | None]]:
    """Return value and refusal of each cell, asking the rule once per distinct value."""
    if cells.dtype.is_nested():
        return [_reading(column, cells.head(1).to_list()[0])] * len(cells)
    known: dict[object, tuple[object, str | None]] = {}
    readings = []
    for cell in cells.to_list():
        if cell not in known:
            known[cell] = _reading(column, cell)
        readings.append(known[cell])
    return readings


def _reading(column: Column, cell: object) -> tuple[object, str | None]:
    try:
        value = checked_value(column, cell)
    except FieldRefused as refusal:
        return None, refusal.without_text
    if column.kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value), None
    return value, None
