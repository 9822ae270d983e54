"""Captured files of a window as blocks of whole lines, whichever layout they stand in."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stayline.domain.capture import CaptureBlock

HOUR = timedelta(hours=1)
BLOCK_BYTES = 16 << 20
_PARTS = 4  # year, month, day, hour
_NAMES = ("[0-9][0-9][0-9][0-9]", *["[0-9][0-9]"] * 3)


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
                    for lines in _blocks(path, size):
                        yield CaptureBlock(str(path.relative_to(folder)), hour, lines)


def _hours(folder: Path) -> Iterator[tuple[datetime, Path]]:
    for place in folder.glob("**/" + "/".join(_NAMES)):
        began = _began(place.parts[-_PARTS:])
        if began is not None and place.is_dir():
            yield began, place


def _began(parts: Sequence[str]) -> datetime | None:
    year, month, day, hour = map(int, parts)
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(size):
            yield block if block.endswith(b"\n") else block + file.readline()
