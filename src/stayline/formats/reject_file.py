"""The reject file: which rows of an extract did not land, and why."""

import os
from pathlib import Path

import polars as pl

from stayline.errors import StoreUnavailable

HEADER = ("row", "column", "reason")


class RejectFile:
    """A CSV file with ``row``, ``column`` and ``reason``, one line per bad cell.

    It is written under another name first and takes its own when `finish` is called, so that what
    stands there is always whole. Readable by its owner only. Use as a context manager.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._lines = 0
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._draft.unlink(missing_ok=True)
            descriptor = os.open(self._draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise _unavailable(error) from error
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(f"{','.join(HEADER)}\n".encode())

    def __enter__(self) -> "RejectFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def write(self, rejects: pl.DataFrame) -> None:
        """Add lines; ``rejects`` has the columns of the header."""
        if rejects.is_empty():
            return
        self._lines += rejects.height
        try:
            rejects.select(HEADER).write_csv(self._file, include_header=False)
        except OSError as error:
            raise _unavailable(error) from error

    def finish(self) -> Path | None:
        """Give the file its name and return it; a file without a line is no file, but None."""
        try:
            if not self._lines:
                self._path.unlink(missing_ok=True)
                return None
            self._file.flush()
            os.fsync(self._file.fileno())
            self._draft.replace(self._path)
        except OSError as error:
            raise _unavailable(error) from error
        return self._path


def _unavailable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable("The reject file", f"{error.strerror or error}.")
