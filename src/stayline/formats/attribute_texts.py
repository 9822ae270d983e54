"""Attributes of people as one JSON text a row, whichever attributes the row has."""

from collections.abc import Sequence

import msgspec
import polars as pl

KEYS = ("token", "event_time")
_DECODER = msgspec.json.Decoder(dict[str, str | None])


def attribute_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``token``, ``event_time`` and ``attributes``; no rows where there are no attributes.

    Attributes become text, in the order of their names.
    """
    names = sorted(set(rows.columns) - set(KEYS))
    if not names:
        return rows.select(*KEYS, attributes=pl.lit("{}")).clear()
    texts = pl.struct(pl.col(names).cast(pl.String)).struct.json_encode()
    return rows.select(*KEYS, attributes=texts)


def attribute_columns(texts: Sequence[str]) -> list[pl.Series]:
    """Return a column for each attribute that any of these texts has, null where a text has none.

    >>> [(column.name, column.to_list()) for column in attribute_columns(['{"a":"1"}', "{}"])]
    [('a', ['1', None])]
    """
    decoded = [_DECODER.decode(text) for text in texts]
    names = sorted({name for attributes in decoded for name in attributes})
    return [
        pl.Series(name, [attributes.get(name) for attributes in decoded], pl.String)
        for name in names
    ]
