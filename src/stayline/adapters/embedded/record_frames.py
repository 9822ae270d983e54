"""Packed records as frames: many people at once, decoded in microseconds each."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME


class RecordFrames:
    """Turns rows of the online table into a frame with these value columns."""

    def __init__(self, kinds: Mapping[str, pl.DataType]) -> None:
        self._kinds = dict(kinds)
        fields = [f"field_{number}" for number in range(len(kinds))]
        record = msgspec.defstruct(
            "Record",
            [
                (name, float | None if kind == pl.Float64 else str | None, None)
                for name, kind in zip(fields, kinds.values(), strict=True)
            ],
            rename=dict(zip(fields, kinds, strict=True)),
        )
        self._decode = msgspec.msgpack.Decoder(record).decode

    def frame(self, rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
        """Return tokens, both clocks and values of (token, event time, write time, record)."""
        decode, values = self._decode, msgspec.structs.astuple
        clocks = {
            TOKEN: pl.Series([row[0] for row in rows], dtype=pl.String),
            EVENT_TIME: _instants([row[1] for row in rows]),
            WRITE_TIME: _instants([row[2] for row in rows]),
        }
        columns = list(zip(*(values(decode(row[3])) for row in rows), strict=True))
        columns = columns or [()] * len(self._kinds)
        return pl.DataFrame(
            clocks
            | {
                name: _values(column, kind)
                for (name, kind), column in zip(self._kinds.items(), columns, strict=True)
            }
        )


def _instants(microseconds: list[int]) -> pl.Series:
    return pl.Series(microseconds, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))


def _values(column: Sequence[Any], kind: pl.DataType) -> pl.Series:
    if kind == pl.Date:
        return pl.Series(column, dtype=pl.String).str.to_date()
    return pl.Series(column, dtype=kind)
