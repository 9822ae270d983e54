"""Rows of extracts by the HR ids that they name, for who takes some of them out."""

import io
from collections.abc import Set as AbstractSet

import polars as pl

_PARQUET = b"PAR1"
_CODED = (_PARQUET, b"\xff\xfe", b"\xfe\xff")


def may_hold(content: bytes, hr_ids: AbstractSet[str]) -> bool:
    """Whether an id may stand in a file at all; Parquet and UTF-16 hide it from a look at bytes."""
    return content.startswith(_CODED) or any(hr_id.encode() in content for hr_id in hr_ids)


def names_one_of(frame: pl.DataFrame, hr_ids: AbstractSet[str]) -> pl.Expr:
    """Return whether any cell of a row is one of these ids."""
    if not frame.columns:
        return pl.lit(value=False)
    return pl.any_horizontal(_is_one(name, hr_ids).fill_null(value=False) for name in frame.columns)


def without_people(
    frame: pl.DataFrame, hr_ids: AbstractSet[str], *, person: str | None, manager: str | None
) -> pl.DataFrame:
    """Return the rows of others, without these ids as their managers.

    Where the column ``person`` is not there, a row that names one of them anywhere is theirs.
    """
    if person not in frame.columns:
        return frame.filter(~names_one_of(frame, hr_ids))
    left = frame.filter(~_is_one(str(person), hr_ids).fill_null(value=False))
    if manager not in left.columns:
        return left
    named = pl.when(_is_one(str(manager), hr_ids)).then(None).otherwise(pl.col(str(manager)))
    return left.with_columns(named.alias(str(manager)))


def encoded_like(former: bytes, frame: pl.DataFrame) -> bytes:
    """Return the frame as Parquet where the file from before began as one, else as CSV."""
    buffer = io.BytesIO()
    if former.startswith(_PARQUET):
        frame.write_parquet(buffer)
    else:
        frame.write_csv(buffer)
    return buffer.getvalue()


def _is_one(column: str, hr_ids: AbstractSet[str]) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_chars().is_in(sorted(hr_ids))
