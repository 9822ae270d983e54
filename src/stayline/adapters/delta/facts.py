"""The facts of a feature group as of one commit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from stayline.adapters.delta.fact_frames import CLOCKS
from stayline.adapters.delta.places import Place, our_words
from stayline.domain.token_ranges import EVERYONE, TokenRange
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

if TYPE_CHECKING:
    from deltalake import DeltaTable

_KEY = [TOKEN, EVENT_TIME]
_FILE = "_file"


class Facts:
    """Reads every fact there was at ``version``; what is committed later changes nothing here.

    A sweep may take a file away meanwhile: that is `StoreDamaged` here, and whoever reads looks
    whether there is a newer commit. ``table`` holds a file at least.
    """

    def __init__(self, place: Place, group: str, table: "DeltaTable") -> None:
        self._place = place
        self._group = group
        self._options = place.polars_options()
        self.table = table
        self.version = table.version()
        self.files = table.file_uris()

    def clocks(self) -> pl.DataFrame:
        """Return token, event time and write time of every fact, in the order of ``files``."""
        with our_words(self._place, self._group):
            return self._scan(self.files).select(CLOCKS).collect()

    def values_at(self, positions: pl.Series) -> pl.DataFrame:
        """Return the values of the facts at these positions of `clocks`, in their order.

        One file is in memory at a time, beside the rows asked for. A null position gives nulls.
        """
        wanted = pl.DataFrame({"_at": positions.cast(pl.Int64)}).with_row_index("_row")
        parts, start = [], 0
        with our_words(self._place, self._group):
            for file in self.files:
                end = start + self._scan([file]).select(pl.len()).collect().item()
                here = wanted.filter(pl.col("_at").is_between(start, end, closed="left"))
                if here.height:
                    values = self._scan([file]).collect().drop(CLOCKS)
                    parts.append(values[here["_at"] - start].with_columns(here["_row"]))
                elif not parts:
                    parts.append(
                        self._scan([file])
                        .head(0)
                        .collect()
                        .drop(CLOCKS)
                        .with_columns(pl.lit(0, dtype=wanted["_row"].dtype).alias("_row"))
                    )
                start = end
        return (
            wanted.select("_row")
            .join(pl.concat(parts), on="_row", how="left", maintain_order="left")
            .drop("_row")
        )

    def known(self, by: datetime, tokens: TokenRange = EVERYONE) -> pl.DataFrame:
        """Return every fact with both clocks at or before an instant, earlier writes included.

        Of a range of tokens only the parts of the files are read that hold some of them.
        """
        both = (pl.col(EVENT_TIME) <= by) & (pl.col(WRITE_TIME) <= by)
        asked = both if tokens == EVERYONE else both & _in(tokens)
        with our_words(self._place, self._group):
            return self._scan(self.files).filter(asked).collect()

    def within(self, tokens: TokenRange) -> pl.DataFrame:
        """Return every fact of the people of a range, earlier writes included."""
        with our_words(self._place, self._group):
            return self._scan(self.files).filter(_in(tokens)).collect()

    def of_people(self, tokens: Sequence[str]) -> pl.DataFrame:
        """Return every fact of these people, earlier writes included."""
        with our_words(self._place, self._group):
            return self._scan(self.files).filter(pl.col(TOKEN).is_in(list(tokens))).collect()

    def people_of(self, files: Sequence[str]) -> pl.Series:
        """Return of whom there are facts in some of the files."""
        with our_words(self._place, self._group):
            people = self._scan(files).select(pl.col(TOKEN).unique()).collect()
        return people.get_column(TOKEN)

    def holds_any(self, keys: pl.DataFrame) -> bool:
        """Whether there is a fact with one of these keys."""
        names = keys.columns
        with our_words(self._place, self._group):
            known = self._scan(self.files).select(names)
            found = known.join(keys.lazy(), on=names, how="semi").select(pl.len()).collect()
        return bool(found.item())

    def new(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that say something new, with the write time each must get.

        ``rows`` carries ``write_time`` and each key once. A fact is new when the last one written
        for its token and event time has other values. Its write time is after that one's even when
        the machine's clock went back, so that the correction stays the last word. Only files that
        share a key with ``rows`` are read in full.
        """
        span = pl.col(EVENT_TIME).is_between(rows[EVENT_TIME].min(), rows[EVENT_TIME].max())
        keys = rows.lazy().select(_KEY)
        with our_words(self._place, self._group):
            shared = (
                self._scan(self.files, include_file_paths=_FILE)
                .filter(span)
                .select(*_KEY, _FILE)
                .join(keys, on=_KEY, how="semi")
                .select(pl.col(_FILE).unique())
                .collect()
                .get_column(_FILE)
                .to_list()
            )
            if not shared:
                return rows
            known = (
                self._scan(shared)
                .filter(span)
                .join(keys, on=_KEY, how="semi")
                .collect()
                .sort(WRITE_TIME)
                .unique(_KEY, keep="last", maintain_order=True)
            )
        values = [name for name in rows.columns if name not in CLOCKS]
        last = known.select(*_KEY, last_written=pl.col(WRITE_TIME) + timedelta(microseconds=1))
        return (
            rows.join(known, on=[*_KEY, *values], how="anti", nulls_equal=True)
            .join(last, on=_KEY, how="left", maintain_order="left")
            .with_columns(pl.max_horizontal(WRITE_TIME, "last_written").alias(WRITE_TIME))
            .drop("last_written")
        )

    def problems(self) -> list[str]:
        """Return files that the table needs and that are missing or torn."""
        found = []
        for file in self.files:
            try:
                self._scan([file]).select(pl.len()).collect()
            except (OSError, pl.exceptions.PolarsError):
                name = file.rpartition("/")[2]
                found.append(f"feature group {self._group!r}: file {name} is missing or torn")
        return found

    def _scan(self, files: Sequence[str], *, include_file_paths: str | None = None) -> pl.LazyFrame:
        return pl.scan_parquet(
            list(files), storage_options=self._options, include_file_paths=include_file_paths
        )


def _in(tokens: TokenRange) -> pl.Expr:
    is_behind = pl.col(TOKEN) > tokens.after
    return is_behind if tokens.last is None else is_behind & (pl.col(TOKEN) <= tokens.last)
