"""The offline side of the feature store: one Delta table a feature group, both clocks kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import polars as pl
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

COMPACT_ABOVE_FILES = 64
_KEY = [TOKEN, EVENT_TIME]


class OfflineFeatures:
    """Every fact ever written; nothing is overwritten, only erased."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, group: str, rows: pl.DataFrame) -> int:
        """Append the rows that say something new, in one commit; return how many.

        ``rows`` carries ``write_time``. A fact is new when the last one written for its token and
        event time has other values. Its write time is never before that one's, even when the
        machine's clock went back, so that the correction stays the last word.
        """
        new = self._new_facts(group, rows)
        if new.height:
            with _our_errors(group):
                write_deltalake(self._path(group), new, mode="append")
                self._compact(group)
        return new.height

    def facts(self, group: str, columns: list[str] | None = None) -> pl.LazyFrame | None:
        """Return all facts lazily, or None when the group holds nothing yet."""
        table = self._table(group)
        if table is None:
            return None
        scan = pl.scan_parquet(table.file_uris())
        return scan.select(columns) if columns else scan

    def collect(self, group: str, facts: pl.LazyFrame) -> pl.DataFrame:
        """Run a query over `facts`, its errors put into our words."""
        with _our_errors(group):
            return facts.collect()

    def version(self, group: str) -> int:
        """Return the number of the group's last commit, -1 before the first."""
        table = self._table(group)
        return -1 if table is None else table.version()

    def erase(self, group: str, token: str) -> int:
        """Remove a person's facts from every file on disk, and return how many went."""
        table = self._table(group)
        if table is None:
            return 0
        with _our_errors(group):
            gone = table.delete(f"{TOKEN} = '{token}'")
            table.vacuum(0, dry_run=False, enforce_retention_duration=False)
            table.create_checkpoint()
            self._forget_log(group)
        return int(gone["num_deleted_rows"] or 0)

    def problems(self, group: str) -> list[str]:
        """Return files that the table needs and that are missing or torn."""
        try:
            table = self._table(group)
        except (StoreDamaged, StoreUnavailable) as error:
            return [str(error)]
        found = []
        for uri in table.file_uris() if table else []:
            try:
                pl.scan_parquet(uri).select(pl.len()).collect()
            except (OSError, pl.exceptions.PolarsError):
                found.append(f"feature group {group!r}: file {Path(uri).name} is missing or torn")
        return found

    def _path(self, group: str) -> Path:
        return self._folder / group

    def _table(self, group: str) -> DeltaTable | None:
        if not (self._path(group) / "_delta_log").is_dir():
            return None
        with _our_errors(group):
            if not DeltaTable.is_deltatable(str(self._path(group))):
                return None
            return DeltaTable(self._path(group))

    def _new_facts(self, group: str, rows: pl.DataFrame) -> pl.DataFrame:
        facts = self.facts(group)
        if facts is None or rows.is_empty():
            return rows
        span = pl.col(EVENT_TIME).is_between(rows[EVENT_TIME].min(), rows[EVENT_TIME].max())
        keys = self.collect(group, facts.filter(span).select(_KEY).unique())
        touched = rows.join(keys, on=_KEY, how="semi")
        if touched.is_empty():
            return rows
        known = self.collect(
            group,
            facts.filter(span)
            .join(touched.lazy().select(_KEY), on=_KEY, how="semi")
            .sort(WRITE_TIME)
            .unique(_KEY, keep="last", maintain_order=True),
        )
        values = [name for name in rows.columns if name not in {*_KEY, WRITE_TIME}]
        same = rows.join(known, on=[*_KEY, *values], how="semi", nulls_equal=True)
        new = rows.join(same, on=_KEY, how="anti")
        last = known.select(*_KEY, last_written=pl.col(WRITE_TIME) + timedelta(microseconds=1))
        return (
            new.join(last, on=_KEY, how="left", maintain_order="left")
            .with_columns(pl.max_horizontal(WRITE_TIME, "last_written").alias(WRITE_TIME))
            .drop("last_written")
        )

    def _compact(self, group: str) -> None:
        table = DeltaTable(self._path(group))
        if len(table.file_uris()) > COMPACT_ABOVE_FILES:
            table.optimize.compact()
            table.vacuum(0, dry_run=False, enforce_retention_duration=False)

    def _forget_log(self, group: str) -> None:
        """Remove commits before the checkpoint: their statistics may hold an erased token."""
        newest = f"{DeltaTable(self._path(group)).version():020d}"
        for entry in (self._path(group) / "_delta_log").glob("*.json"):
            if entry.stem < newest:
                entry.unlink()
        for entry in (self._path(group) / "_delta_log").glob("*.checkpoint.parquet"):
            if not entry.name.startswith(newest):
                entry.unlink()


@contextmanager
def _our_errors(group: str) -> Iterator[None]:
    store = f"feature group {group!r}"
    try:
        yield
    except DeltaError as error:
        raise StoreDamaged(store, f"{str(error).splitlines()[0]}.") from error
    except OSError as error:
        raise StoreUnavailable(store, f"{error.strerror or error}.") from error
    except pl.exceptions.PolarsError as error:
        raise StoreDamaged(store, f"{str(error).splitlines()[0]}.") from error
