"""Whether the stores of a home can be read and written just now."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from stayline.adapters.embedded.database_kind import kind_of

_BLOCK = bytes(4096)


class HomeStoresCheck:
    """Tries each database with a write that is undone, and the capture folder with a file."""

    def __init__(self, home: Path, databases: Mapping[str, sa.Engine]) -> None:
        """Try these databases, by the names of the stores that are in them."""
        self._home = home
        self._databases = databases

    def problems(self) -> Mapping[str, str | None]:
        """Return for each store why it cannot be read and written now; None where it can."""
        of_databases = {
            store: kind_of(engine).problem(engine) for store, engine in self._databases.items()
        }
        return {**of_databases, "capture log": _folder_problem(self._home / "capture")}


def _folder_problem(folder: Path) -> str | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            if file.write(_BLOCK) != len(_BLOCK):
                return "the disk is full"
    except OSError as error:
        return f"{error.strerror}"
    return None
