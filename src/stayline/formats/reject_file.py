"""The reject file: which rows of an extract did not land, and why."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO

import polars as pl

from stayline.errors import StoreUnavailable

HEADER = ("row", "column", "reason")


def reject_path(folder: Path, file_digest: str, schema_digest: str) -> Path:
    """Return where the rejects of an import of a file under a schema lie."""
    return folder / f"{file_digest}-{schema_digest[:8]}.csv"


class RejectFile:
    """A CSV file with ``row``, ``column`` and ``reason``, one line per bad cell.

    It is written without a name, so that a killed process leaves nothing behind, and takes its name
    when `finish` is called: what stands there is always whole, also when two write it at once.
    Readable by its owner only. Use as a context manager.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115  (closed on exit)
        except OSError as error:
            raise _unavailable(error) from error
        self._file.write(f"{','.join(HEADER)}\n".encode())

    def __enter__(self) -> "RejectFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

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
            self._file.seek(0)
            _write_whole(self._path, self._file)
        except OSError as error:
            raise _unavailable(error) from error
        return self._path


def _write_whole(path: Path, content: IO[bytes]) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _unavailable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable("The reject file", f"{error.strerror or error}.")
