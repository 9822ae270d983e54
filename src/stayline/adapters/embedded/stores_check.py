"""Whether the files of a home can be read and written just now."""

import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

_PATIENCE_S = 1.0
_BLOCK = bytes(4096)


class HomeStoresCheck:
    """Tries each database with a write that is undone, and the capture folder with a file."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def problems(self) -> Mapping[str, str | None]:
        """Return for each store why it cannot be read and written now; None where it can."""
        return {
            "state store": _database_problem(self._home / "state.db"),
            "feature store": _database_problem(self._home / "online.db"),
            "capture log": _folder_problem(self._home / "capture"),
        }


def _database_problem(path: Path) -> str | None:
    """Open the file anew: a connection from before would go on writing to one that was removed."""
    try:
        with closing(
            sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=_PATIENCE_S,
                isolation_level=None,
            )
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE tried (x)")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return f"{path.name}: {error}"
    return None


def _folder_problem(folder: Path) -> str | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            if file.write(_BLOCK) != len(_BLOCK):
                return "the disk is full"
    except OSError as error:
        return f"{error.strerror}"
    return None
