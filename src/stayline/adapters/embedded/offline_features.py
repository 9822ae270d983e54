"""The offline side of the feature store: one Delta table a feature group, both clocks kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

COMPACT_ABOVE_FILES = 64
_KEY = [TOKEN, EVENT_TIME]
_CLOCKS = [TOKEN, EVENT_TIME, WRITE_TIME]
_FILE = "_file"
_CONFIGURATION = {"delta.dataSkippingStatsColumns": f"{EVENT_TIME},{WRITE_TIME}"}
"""Keeps tokens and values out of the log, where an erasure could not reach them."""


class OfflineFeatures:
    """Every fact ever written; nothing is overwritten, only erased.

    Whoever changes anything holds the store's writer lock (`FolderLocks`); whoever reads holds the
    file lock, so that no file is removed under a reader.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, group: str, new: pl.DataFrame) -> int:
        """Append rows, as `new_facts` gives them, in one commit; return its version."""
        with _our_errors(group):
            table = self._table(group)
            write_deltalake(
                table or self._path(group),
                new,
                mode="append",
                configuration=None if table else _CONFIGURATION,
            )
            return DeltaTable(self._path(group)).version()

    def new_facts(self, group: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that say something new, with the write time each must get.

        ``rows`` carries ``write_time`` and each key once. A fact is new when the last one written
        for its token and event time has other values. Its write time is after that one's even when
        the machine's clock went back, so that the correction stays the last word. Only files that
        share a key with ``rows`` are read in full.
        """
        files = self.files(group)
        if not files:
            return rows
        with _our_errors(group):
            span = pl.col(EVENT_TIME).is_between(rows[EVENT_TIME].min(), rows[EVENT_TIME].max())
            shared = (
                pl.scan_parquet(files, include_file_paths=_FILE)
                .filter(span)
                .select(*_KEY, _FILE)
                .join(rows.lazy().select(_KEY), on=_KEY, how="semi")
                .select(pl.col(_FILE).unique())
                .collect()
                .get_column(_FILE)
                .to_list()
            )
            if not shared:
                return rows
            known = (
                pl.scan_parquet(shared)
                .filter(span)
                .join(rows.lazy().select(_KEY), on=_KEY, how="semi")
                .collect()
                .sort(WRITE_TIME)
                .unique(_KEY, keep="last", maintain_order=True)
            )
        values = [name for name in rows.columns if name not in _CLOCKS]
        last = known.select(*_KEY, last_written=pl.col(WRITE_TIME) + timedelta(microseconds=1))
        return (
            rows.join(known, on=[*_KEY, *values], how="anti", nulls_equal=True)
            .join(last, on=_KEY, how="left", maintain_order="left")
            .with_columns(pl.max_horizontal(WRITE_TIME, "last_written").alias(WRITE_TIME))
            .drop("last_written")
        )

    def files(self, group: str) -> list[str]:
        """Return the data files of the group as of its last commit."""
        with _our_errors(group):
            table = self._table(group)
            return table.file_uris() if table else []

    def clocks(self, group: str) -> pl.DataFrame:
        """Return token, event time and write time of every fact, in the order of `files`."""
        with _our_errors(group):
            return pl.scan_parquet(self.files(group)).select(_CLOCKS).collect()

    def values_at(self, group: str, positions: pl.Series) -> pl.DataFrame:
        """Return the values of the facts at these positions of `clocks`, in their order.

        One file is in memory at a time, beside the rows asked for. A null position gives nulls.
        """
        wanted = pl.DataFrame({"_at": positions.cast(pl.Int64)}).with_row_index("_row")
        parts, start = [], 0
        with _our_errors(group):
            for file in self.files(group):
                end = start + pl.scan_parquet(file).select(pl.len()).collect().item()
                here = wanted.filter(pl.col("_at").is_between(start, end, closed="left"))
                if here.height:
                    values = pl.read_parquet(file).drop(_CLOCKS)
                    parts.append(values[here["_at"] - start].with_columns(here["_row"]))
                elif not parts:
                    parts.append(
                        pl.read_parquet(file, n_rows=0)
                        .drop(_CLOCKS)
                        .with_columns(pl.lit(0, dtype=wanted["_row"].dtype).alias("_row"))
                    )
                start = end
        return (
            wanted.select("_row")
            .join(pl.concat(parts), on="_row", how="left", maintain_order="left")
            .drop("_row")
        )

    def known(self, group: str, by: datetime) -> pl.DataFrame:
        """Return every fact with both clocks at or before an instant, earlier writes included."""
        with _our_errors(group):
            both = (pl.col(EVENT_TIME) <= by) & (pl.col(WRITE_TIME) <= by)
            return pl.scan_parquet(self.files(group)).filter(both).collect()

    def of_people(self, group: str, tokens: Sequence[str]) -> pl.DataFrame:
        """Return every fact of these people, earlier writes included."""
        with _our_errors(group):
            wanted = pl.col(TOKEN).is_in(list(tokens))
            return pl.scan_parquet(self.files(group)).filter(wanted).collect()

    def version(self, group: str) -> int:
        """Return the number of the group's last commit, -1 before the first."""
        with _our_errors(group):
            table = self._table(group)
            return -1 if table is None else table.version()

    def delete(self, group: str, token: str) -> int:
        """Take a person's facts out of the table and return how many; `sweep` then frees the disk.

        A merge, because a delete would write the token itself into the log.
        """
        return self._delete(group, pl.DataFrame({TOKEN: [token]}))

    def delete_facts(self, group: str, clocks: pl.DataFrame) -> int:
        """Take the facts of these clocks out of the table, as `delete` does."""
        return self._delete(group, clocks)

    def _delete(self, group: str, keys: pl.DataFrame) -> int:
        same = " AND ".join(f"kept.{name} = gone.{name}" for name in keys.columns)
        with _our_errors(group):
            table = self._table(group)
            if table is None or not self._holds_any(group, keys):
                return 0
            gone = (
                table.merge(
                    keys,
                    predicate=same,
                    source_alias="gone",
                    target_alias="kept",
                )
                .when_matched_delete()
                .execute()
            )
        return int(gone["num_target_rows_deleted"])

    def _holds_any(self, group: str, keys: pl.DataFrame) -> bool:
        """Whether there is such a fact at all; if not, nothing need be written."""
        names, files = keys.columns, self.files(group)
        if not files:
            return False
        known = pl.scan_parquet(files).select(names)
        found = known.join(keys.lazy(), on=names, how="semi").select(pl.len()).collect()
        return bool(found.item())

    def rename(self, group: str, renames: pl.DataFrame) -> bool:
        """Put ``token`` in the place of ``alias`` in one commit; return whether `sweep` is due."""
        with _our_errors(group):
            table = self._table(group)
            if table is None:
                return False
            tokens = pl.scan_parquet(self.files(group)).select(pl.col(TOKEN).unique()).collect()
            if not tokens.get_column(TOKEN).is_in(renames.get_column("alias").implode()).any():
                return True  # an earlier try may have been killed before it swept
            table.merge(
                renames.select("alias", "token"),
                predicate=f"kept.{TOKEN} = renames.alias",
                source_alias="renames",
                target_alias="kept",
            ).when_matched_update({TOKEN: "renames.token"}).execute()
            return True

    def has_many_files(self, group: str) -> bool:
        """Whether small files have piled up so far that `compact` pays."""
        return len(self.files(group)) > COMPACT_ABOVE_FILES

    def compact(self, group: str) -> None:
        """Put small files together; `sweep` then frees the disk."""
        with _our_errors(group):
            DeltaTable(self._path(group)).optimize.compact()

    def sweep(self, group: str) -> None:
        """Remove every file the table no longer needs. Nobody may be reading or writing."""
        with _our_errors(group):
            table = self._table(group)
            if table is not None:
                table.vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)

    def problems(self, group: str) -> list[str]:
        """Return files that the table needs and that are missing or torn."""
        try:
            files: Sequence[str] = self.files(group)
        except (StoreDamaged, StoreUnavailable) as error:
            return [str(error)]
        found = []
        for file in files:
            try:
                pl.scan_parquet(file).select(pl.len()).collect()
            except (OSError, pl.exceptions.PolarsError):
                found.append(f"feature group {group!r}: file {Path(file).name} is missing or torn")
        return found

    def _path(self, group: str) -> Path:
        return self._folder / group

    def _table(self, group: str) -> DeltaTable | None:
        log = self._path(group) / "_delta_log"
        return DeltaTable(self._path(group)) if log.is_dir() and any(log.iterdir()) else None


@contextmanager
def _our_errors(group: str) -> Iterator[None]:
    store = f"Feature group {group!r}"
    try:
        yield
    except DeltaError as error:
        reason = str(error).splitlines()[0]
        if any(word in reason for word in ("No space left", "Permission denied", "Read-only file")):
            raise StoreUnavailable(store, f"{reason}.") from error
        raise StoreDamaged(store, f"{reason}.") from error
    except FileNotFoundError as error:
        raise StoreDamaged(store, "a file that its log names is missing.") from error
    except OSError as error:
        raise StoreUnavailable(store, f"{error.strerror or error}.") from error
    except pl.exceptions.PolarsError as error:
        raise StoreDamaged(store, f"{str(error).splitlines()[0]}.") from error
