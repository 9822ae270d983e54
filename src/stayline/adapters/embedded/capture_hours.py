"""The folders ``yyyy/mm/dd/hh`` of captured hours, whatever else lies beside them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LEVELS = 4
_FIRST = (1, 1, 0)  # month, day, hour


@dataclass(frozen=True, slots=True)
class Hour:
    """A folder, and the instant that its hour began."""

    folder: Path
    began: datetime

    @property
    def ended(self) -> datetime:
        """The instant that belongs to the next hour."""
        return self.began + timedelta(hours=1)


def hours(folder: Path, *, newest_first: bool = False) -> Iterator[Hour]:
    """Yield the hours by time, looking no further than the caller does."""
    for path, began, level in _found(folder, newest_first=newest_first):
        if began is not None and level == _LEVELS:
            yield Hour(path, began)


def foreign_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders that stand where one of a year, month, day or hour should."""
    return (path for path, began, _ in _found(folder, newest_first=False) if began is None)


def _found(
    folder: Path, *, newest_first: bool, above: tuple[str, ...] = ()
) -> Iterator[tuple[Path, datetime | None, int]]:
    for name in sorted(_inner(folder), reverse=newest_first):
        names, path = (*above, name), folder / name
        began = _began(names)
        yield path, began, len(names)
        if began is not None and len(names) < _LEVELS:
            yield from _found(path, newest_first=newest_first, above=names)


def _inner(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, none where that is gone."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as found:
        return [one.name for one in found if one.is_dir()]
    return []


def _began(names: tuple[str, ...]) -> datetime | None:
    """Return the first instant of a year, month, day or hour; None when the names are of none."""
    name = names[-1]
    if len(name) != (4 if len(names) == 1 else 2) or not (name.isascii() and name.isdecimal()):
        return None
    year, month, day, hour = (*map(int, names), *_FIRST[len(names) - 1 :])
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
