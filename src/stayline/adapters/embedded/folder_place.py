"""Delta tables in a folder of a home."""

from pathlib import Path

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from stayline.adapters.delta.places import our_words
from stayline.errors import StaylineError, StoreDamaged, StoreUnavailable

_PASSING = ("No space left", "Permission denied", "Read-only file")


class FolderPlace:
    """One folder a table. `FolderLocks` keep writers apart, and files under who reads them."""

    commit = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def uri(self, group: str) -> str:
        """Return the table's folder."""
        return str(self._folder / group)

    def polars_options(self) -> None:
        """Return nothing: a file system asks for no credentials."""
        return

    def delta_options(self) -> None:
        """Return nothing, for the same reason."""
        return

    def table(self, group: str, version: int | None = None) -> DeltaTable | None:
        """Return a table; None where its folder has no log."""
        log = self._folder / group / "_delta_log"
        if not (log.is_dir() and any(log.iterdir())):
            return None
        return DeltaTable(self.uri(group), version=version)

    def has_newer(self, group: str, than: int) -> bool:
        """Whether there is a commit after this one."""
        with our_words(self, group):
            table = self.table(group)
        return table is not None and table.version() > than

    def sweep(self, table: DeltaTable, group: str) -> None:
        """Remove every file the table no longer needs. Nobody may be reading or writing."""
        table.vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)

    def told(self, group: str, error: Exception) -> StaylineError:
        """Return an error of the libraries in our words."""
        store = f"Feature group {group!r}"
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, DeltaError):
            is_passing = any(word in reason for word in _PASSING)
            return (StoreUnavailable if is_passing else StoreDamaged)(store, f"{reason}.")
        if isinstance(error, FileNotFoundError):
            return StoreDamaged(store, "a file that its log names is missing.")
        if isinstance(error, pl.exceptions.PolarsError):
            return StoreDamaged(store, f"{reason}.")
        told = error.strerror if isinstance(error, OSError) else None
        return StoreUnavailable(store, f"{told or error}.")
