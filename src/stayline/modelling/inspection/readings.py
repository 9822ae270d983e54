"""Read every column of an extract for what it is: its kind, its typed values, its text."""

from dataclasses import dataclass

import polars as pl

from stayline.domain.workforce_schema import Column, Kind
from stayline.modelling.inspection.column_names import suggests_code
from stayline.modelling.inspection.dates import DateReading, as_dates, no_dates

_EMAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_NO_VALUE = ("na", "n/a", "nan", "null", "none", "#n/a", "?", "-", "nil")
_ORNAMENT = r"[\s,'\u2019$€£¥%]|(?i:usd|eur|gbp|years?|yrs?|months?|days?|hours?|hrs?|km|miles?)$"
_MOSTLY = 0.95
_YES_NO = ({"no", "yes"}, {"n", "y"}, {"false", "true"}, {"f", "t"}, {"0", "1"})
_LONGEST_SCALE = 5
MOST_CATEGORIES = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """One column, read.

    ``values`` is Float64, Date or String by ``kind``, null where missing (a sentinel date counts as
    missing); ``text`` is what the file held, untrimmed. ``categories`` is the order of an ordinal
    and the words of a flag. ``ornamented`` counts numbers written with units or separators,
    ``unread`` the cells of a number column that are no number at all.
    """

    name: str
    kind: Kind
    values: pl.Series
    text: pl.Series
    distinct: int
    missing: int
    categories: tuple[str, ...] = ()
    dates: DateReading | None = None
    ornamented: int = 0
    unread: int = 0
    was_text: bool = True


def holds_emails(reading: Reading) -> bool:
    """Return whether most values are e-mail addresses, whatever the column is called."""
    cells = reading.text.str.strip_chars().drop_nulls()
    return bool(2 * cells.str.contains(_EMAIL).sum() > cells.len())


def read_columns(frame: pl.DataFrame, known: dict[str, Column]) -> dict[str, Reading]:
    """Return the reading of each column; ``known`` columns of a schema keep the schema's kind."""
    return {name: _read(frame.get_column(name), known.get(name)) for name in frame.columns}


def _read(raw: pl.Series, known: Column | None) -> Reading:
    was_text = raw.dtype in (pl.String, pl.Categorical, pl.Enum)
    if raw.dtype in (pl.Date, pl.Datetime):
        text, cells = raw.cast(pl.String), raw
    else:
        text = raw.cast(pl.String)
        cells = text.str.strip_chars().replace("", None)
    missing = int(cells.null_count())
    dates = None if raw.dtype.is_numeric() else as_dates(cells)
    if dates is None and known is not None and known.kind is Kind.DATE:
        dates = no_dates(cells)
    if dates is not None and (known is None or known.kind is Kind.DATE):
        distinct = dates.values.drop_nulls().n_unique()
        return Reading(raw.name, Kind.DATE, dates.values, text, distinct, missing, dates=dates)
    if cells.dtype != pl.String:
        cells = text
    numbers = _as_numbers(cells)
    if numbers is None or (known is not None and known.kind in (Kind.CATEGORY, Kind.FLAG)):
        return _categorical(raw.name, cells, text, missing)
    values, ornamented, unread = numbers
    kind, categories = _number_kind(values)
    if known is not None:
        kind, categories = known.kind, known.categories
    elif kind is Kind.NUMBER and suggests_code(raw.name):
        kind = Kind.CATEGORY
    return Reading(
        name=raw.name,
        kind=kind,
        values=cells if kind is Kind.CATEGORY else values,
        text=text,
        distinct=values.drop_nulls().n_unique(),
        missing=int(values.null_count()),
        categories=categories,
        ornamented=ornamented,
        unread=unread,
        was_text=was_text,
    )


def _as_numbers(cells: pl.Series) -> tuple[pl.Series, int, int] | None:
    """Return the numbers, how many had ornament and how many were none; None for a text column."""
    head = cells.drop_nulls().head(200)
    if 2 * int(head.str.contains(r"\d").sum()) < max(head.len(), 1):
        return None
    values = cells.cast(pl.Float64, strict=False)
    values = (
        values.to_frame("v")
        .select(pl.when(pl.col("v").is_finite()).then(pl.col("v")))
        .to_series()
        .alias(cells.name)
    )
    odd = cells.filter(values.is_null() & cells.is_not_null())
    if odd.is_empty():
        return values, 0, 0
    plain = cells.str.replace_all(_ORNAMENT, "").cast(pl.Float64, strict=False)
    said_missing = int(odd.str.to_lowercase().is_in(_NO_VALUE).sum())
    ornamented = int((plain.is_not_null() & values.is_null()).sum())
    unread = odd.len() - said_missing - ornamented
    if unread > (1 - _MOSTLY) * cells.count() or plain.drop_nulls().is_empty():
        return None
    return plain.alias(cells.name), ornamented, unread


def _number_kind(values: pl.Series) -> tuple[Kind, tuple[str, ...]]:
    """Tell a quantity from a short scale of consecutive whole numbers and from 0/1."""
    found = values.drop_nulls().unique().to_list()
    if not 2 <= len(found) <= _LONGEST_SCALE or any(point % 1 for point in found):
        return Kind.NUMBER, ()
    points = sorted(int(point) for point in found)
    if points == [0, 1]:
        return Kind.FLAG, ("0", "1")
    if points[0] < 0 or points[-1] > 10 or points[-1] - points[0] != len(points) - 1:
        return Kind.NUMBER, ()
    return Kind.ORDINAL, tuple(str(point) for point in points)


def _categorical(name: str, cells: pl.Series, text: pl.Series, missing: int) -> Reading:
    found = cells.drop_nulls().unique()
    words = tuple(str(word) for word in found.sort()) if found.len() == 2 else ()
    is_flag = {word.lower() for word in words} in _YES_NO
    kind = Kind.FLAG if is_flag else Kind.CATEGORY
    return Reading(name, kind, cells, text, found.len(), missing, words if is_flag else ())
