"""Recognise dates in text, whatever their format, and what has happened to them."""

from dataclasses import dataclass

import polars as pl

_TIME = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?$"
_FORMATS = (
    (r"^\d{4}-\d{1,2}-\d{1,2}$", ("%Y-%m-%d",)),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", ("%Y/%m/%d",)),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"^\d{1,2}-\d{1,2}-\d{4}$", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", ("%d.%m.%Y",)),
    (r"^\d{1,2}[- ][A-Za-z]{3}[- ]\d{4}$", ("%d-%b-%Y", "%d %b %Y")),
    (r"^[A-Za-z]{3} \d{1,2}, \d{4}$", ("%b %d, %Y",)),
    (r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$", ("%Y%m%d",)),
    (r"^\d{1,2}/\d{1,2}/\d{2}$", ("%m/%d/%y", "%d/%m/%y")),
    (r"^\d{1,2}-\d{1,2}-\d{2}$", ("%d-%m-%y", "%m-%d-%y")),
    (r"^\d{1,2}\.\d{1,2}\.\d{2}$", ("%d.%m.%y",)),
    (r"^\d{1,2}-[A-Za-z]{3}-\d{2}$", ("%d-%b-%y",)),
)
_MOSTLY = 0.9
_SENTINELS = ("0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")
_SENTINELS_LATE = ("2099-12-31", "2999-12-31", "3000-01-01", "9999-12-31")
_PLAUSIBLE = ("1970-01-01",)
"""A day like any other, for example of birth, unless it is suspiciously frequent."""
_OFTEN, _OFTEN_ROWS = 0.01, 5
_FIRST_YEAR, _LAST_YEAR = 1901, 2098


@dataclass(frozen=True, slots=True)
class DateReading:
    """A column read as dates; a sentinel such as 1900-01-01 is no date, so it reads as null.

    ``formats`` are strptime formats, the most frequent first, with the number of rows of each.
    ``serials`` are day numbers of Excel; ``unread`` cells are no date in any known format.
    """

    values: pl.Series
    formats: tuple[tuple[str, int], ...]
    sentinels: tuple[tuple[str, int], ...]
    serials: int = 0
    unread: int = 0

    @property
    def two_digit_years(self) -> int:
        """The number of rows that do not say which century they mean."""
        return sum(count for form, count in self.formats if "%y" in form)


def as_dates(cells: pl.Series) -> DateReading | None:
    """Return the column read as dates, or None when nine tenths of its values are none.

    ``cells`` is text, stripped, null where empty; or dates already.
    """
    if cells.dtype.is_temporal():
        values, sentinels = _without_sentinels(cells.cast(pl.Date))
        return DateReading(values, (), sentinels)
    counted = cells.drop_nulls().value_counts()
    texts, counts = counted.get_column(cells.name), counted.get_column("count")
    if texts.is_empty() or not texts.head(1000).str.contains(r"\d").any():
        return None
    known: list[pl.DataFrame] = []
    formats: list[tuple[str, int]] = []
    left = pl.DataFrame({"text": texts, "rows": counts})
    for pattern, candidates in _FORMATS:
        left = _take(left, pattern, candidates, known, formats)
    serials = left.filter(pl.col("text").str.contains(r"^[2-5]\d{4}$"))
    read = sum(count for _, count in formats)
    if not read or read + serials.get_column("rows").sum() < _MOSTLY * int(counts.sum()):
        return None
    table = pl.concat(known)
    joined = cells.to_frame("text").join(table, on="text", how="left", maintain_order="left")
    values, sentinels = _without_sentinels(joined.get_column("date").alias(cells.name))
    ordered = tuple(sorted(formats, key=lambda item: -item[1]))
    as_serials = int(serials.get_column("rows").sum())
    unread = int(counts.sum()) - read - as_serials
    return DateReading(values, ordered, sentinels, as_serials, unread)


def no_dates(cells: pl.Series) -> DateReading:
    """Return the reading of a column that should hold dates and holds none."""
    values = pl.Series(cells.name, [None], dtype=pl.Date).new_from_index(0, cells.len())
    return DateReading(values, (), (), unread=cells.count())


def _take(
    left: pl.DataFrame,
    pattern: str,
    candidates: tuple[str, ...],
    known: list[pl.DataFrame],
    formats: list[tuple[str, int]],
) -> pl.DataFrame:
    """Read what has this pattern, by the candidate that reads most rows first."""
    day = pl.col("text").str.replace(_TIME, "")
    while True:
        shaped = left.filter(day.str.contains(pattern))
        best, best_rows = "", 0
        for form in candidates if shaped.height else ():
            fits = shaped.filter(day.str.to_date(form, strict=False).is_not_null())
            rows = int(fits.get_column("rows").sum())
            if rows > best_rows:
                best, best_rows = form, rows
        if not best:
            return left
        read = shaped.with_columns(date=day.str.to_date(best, strict=False)).drop_nulls("date")
        known.append(read.select("text", "date"))
        formats.append((best + _time_format(read.get_column("text")), best_rows))
        left = left.join(read, on="text", how="anti")


def _time_format(texts: pl.Series) -> str:
    """Return the strptime text of the time of day that follows the date, if one does."""
    first = texts.str.extract(f"({_TIME})").drop_nulls()
    if first.is_empty():
        return ""
    sample = str(first[0])
    clock = "%I:%M" if sample[-1] in "Mm" else "%H:%M"
    seconds = ":%S" if sample.count(":") >= 2 and "+" not in sample else ""
    fraction = ".%f" if "." in sample else ""
    meridiem = (" %p" if " " in sample[1:] else "%p") if sample[-1] in "Mm" else ""
    zone = "Z" if sample.endswith("Z") else ("%z" if "+" in sample else "")
    return f"{sample[0]}{clock}{seconds}{fraction}{meridiem}{zone}"


def _without_sentinels(values: pl.Series) -> tuple[pl.Series, tuple[tuple[str, int], ...]]:
    """Part off the dates that stand for "none": well-known ones, and years nobody works in."""
    text = values.cast(pl.String)
    year = values.dt.year()
    odd = (year < _FIRST_YEAR) | (year > _LAST_YEAR) | text.is_in(_SENTINELS + _SENTINELS_LATE)
    often = max(_OFTEN_ROWS, int(_OFTEN * values.count()))
    counted = text.filter(odd.fill_null(value=False)).value_counts(sort=True)
    counted = counted.filter((pl.col("count") >= often) | ~pl.col(values.name).is_in(_PLAUSIBLE))
    odd = text.is_in(counted.get_column(values.name).implode())
    kept = values.to_frame("v").select(pl.when(~odd).then(pl.col("v"))).to_series()
    return kept.alias(values.name), tuple(
        (str(day), int(rows)) for day, rows in sorted(counted.rows())
    )
