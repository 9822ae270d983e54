"""Rows of one extract that say the same thing twice, or two things of one person and time."""

from dataclasses import dataclass, replace

import polars as pl

from stayline.modelling.validation import HR_ID, ROW, ValidatedRows
from stayline.ports.feature_store import EVENT_TIME

_KEY = [HR_ID, EVENT_TIME]


@dataclass(frozen=True, slots=True)
class SiftedRows:
    """A batch without repeated keys, and how many rows only repeated an earlier one."""

    rows: ValidatedRows
    repeated: int


class RepeatedRows:
    """Remembers the keys of one extract from batch to batch.

    The first row of a key stands. A later one with the same values is dropped and counted, one with
    other values is rejected. Values are compared by a 64-bit hash.
    """

    def __init__(self, identifier: str) -> None:
        self._identifier = identifier
        self._seen: list[pl.DataFrame] = []

    def sift(self, rows: ValidatedRows) -> SiftedRows:
        """Return the rows whose key was not seen before."""
        marked = rows.keys.with_columns(values=rows.cells.hash_rows())
        earlier = self._earlier(marked)
        first = pl.concat([earlier, marked]).unique(_KEY, keep="first", maintain_order=True)
        if first.height == earlier.height + marked.height:
            self._seen.append(marked)
            return SiftedRows(rows, repeated=0)
        pairs = marked.join(first, on=_KEY, how="left", suffix="_first", maintain_order="left")
        is_first = pairs[ROW] == pairs["row_first"]
        differs = pairs["values"] != pairs["values_first"]
        rejects = pairs.filter(differs).select(
            ROW,
            pl.lit(self._identifier).alias("column"),
            pl.format("repeats the person and time of row {} with other values", "row_first").alias(
                "reason"
            ),
        )
        self._seen.append(marked.filter(is_first))
        kept = replace(
            rows,
            keys=rows.keys.filter(is_first),
            cells=rows.cells.filter(is_first),
            rejects=pl.concat([rows.rejects, rejects]).sort(ROW, maintain_order=True),
        )
        return SiftedRows(kept, repeated=int((~is_first & ~differs).sum()))

    def _earlier(self, marked: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of earlier batches that share a key with this one."""
        if not self._seen:
            return marked.clear()
        return pl.concat(self._seen).join(marked, on=_KEY, how="semi", maintain_order="left")
