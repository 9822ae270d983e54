"""Locks on a folder of tables, between processes and threads; a killed process lets go."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stayline.errors import StoreUnavailable


class FolderLocks:
    """One writer at a time, and no file removed while someone reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait until nobody else writes."""
        with self._held("writer.lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep every file in place meanwhile."""
        with self._held("files.lock", fcntl.LOCK_SH):
            yield

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Wait until nobody reads."""
        with self._held("files.lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, name: str, how: int) -> Iterator[None]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._folder / name).open("a")
        except OSError as error:
            raise StoreUnavailable(self._folder.name, f"{error.strerror}.") from error
        with lock:
            fcntl.flock(lock, how)
            yield
