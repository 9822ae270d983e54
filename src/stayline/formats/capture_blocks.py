"""Captured files of a window as blocks of whole lines, whichever layout they stand in."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from stayline.domain.capture import CaptureBlock

HOUR = timedelta(hours=1)
BLOCK_BYTES = 16 << 20
_NAMES = ("[0-9][0-9][0-9][0-9]", *["[0-9][0-9]"] * 3)
_HOUR_FOLDER = re.compile(r"(?:.*/)?([0-9]{4})/([0-9]{2})/([0-9]{2})/([0-9]{2})", re.DOTALL)


def captured_blocks(
    folder: Path, start: datetime, end: datetime, *, size: int = BLOCK_BYTES
) -> Iterator[CaptureBlock]:
    """Yield the lines of every hour that overlaps ``start`` to ``end``, by hour and file.

    Both ``endpoint/variant/yyyy/mm/dd/hh/*.jsonl`` and ``yyyy/mm/dd/hh/*.jsonl`` are found; folders
    of no hour are passed over, and so is a file that is purged meanwhile. At most about ``size``
    bytes are held at a time.
    """
    for hour, place in sorted(_hours(folder)):
        if hour < end and hour + HOUR > start:
            for path in sorted(place.glob("*.jsonl")):
                with suppress(FileNotFoundError):
                    yield from file_blocks(path, str(path.relative_to(folder)), hour, size=size)


def file_blocks(
    path: Path, place: str, hour: datetime, *, size: int = BLOCK_BYTES
) -> Iterator[CaptureBlock]:
    """Yield the lines of one file of an hour; raises `OSError` where it cannot be read."""
    with path.open("rb") as file:
        while block := file.read(size):
            lines = block if block.endswith(b"\n") else block + file.readline()
            yield CaptureBlock(place, hour, lines)


def folder_hour(folder: PurePath) -> datetime | None:
    """Return when the hour of a folder ``.../yyyy/mm/dd/hh`` began; None for any other folder.

    >>> folder_hour(Path("endpoint/variant/2026/03/02/07"))
    datetime.datetime(2026, 3, 2, 7, 0, tzinfo=datetime.timezone.utc)
    """
    found = _HOUR_FOLDER.fullmatch(folder.as_posix())
    if found is None:
        return None
    year, month, day, hour = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None


def hour_folder(at: datetime) -> str:
    """Return the folder of the hour in which something was answered.

    >>> hour_folder(datetime(2026, 3, 2, 7, 59, tzinfo=UTC))
    '2026/03/02/07'
    """
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{at.year:04d}/{at.month:02d}/{at.day:02d}/{at.hour:02d}"


def _hours(folder: Path) -> Iterator[tuple[datetime, Path]]:
    for place in folder.glob("**/" + "/".join(_NAMES)):
        began = folder_hour(place)
        if began is not None and place.is_dir():
            yield began, place
