"""Frames as Parquet objects."""

import io
from collections.abc import Mapping

import polars as pl

from stayline.errors import StoreDamaged


def encoded(rows: pl.DataFrame) -> bytes:
    """Return the frame as a Parquet file."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def decoded(
    content: bytes | None, types: Mapping[str, pl.DataType], *, store: str, key: str
) -> pl.DataFrame:
    """Return the columns of these types; no rows where there is no object yet.

    Raises `StoreDamaged`, with the store's name and the object's key, for anything else.
    """
    if content is None:
        return pl.DataFrame(schema=types)
    try:
        frame = pl.read_parquet(content)
        return frame.select(pl.col(name).cast(kind) for name, kind in types.items())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise StoreDamaged(store, f"{key} cannot be read.") from error
