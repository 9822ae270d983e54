"""Captured requests and answers as JSON lines, in SageMaker's data-capture form."""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stayline.domain.capture import CaptureRecord
from stayline.errors import StoreUnavailable
from stayline.formats.capture_records import capture_line, read_capture_line

_HOUR = timedelta(hours=1)


class JsonlCaptureLog:
    """Keeps ``folder/yyyy/mm/dd/hh/<process>.jsonl``; each record is one whole line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: tuple[Path, int] | None = None

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Hand the lines to the operating system, so that they outlive this process."""
        with self._lock:
            for record in records:
                try:
                    descriptor = self._segment(record.inferred_at)
                    _write_whole(descriptor, capture_line(record))
                except OSError as error:
                    raise StoreUnavailable("The capture log", f"{error.strerror}.") from error

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records of a window, by hour."""
        for hour in self._hours():
            began = _began(hour)
            if began >= end or began + _HOUR <= start:
                continue
            for record, _ in _records(hour):
                if record is not None and start <= record.inferred_at < end:
                    yield record

    def purge(self, before: datetime) -> int:
        """Remove whole hours that ended at or before an instant."""
        gone = 0
        for hour in list(self._hours()):
            if _began(hour) + _HOUR <= before:
                gone += sum(1 for record, _ in _records(hour) if record is not None)
                shutil.rmtree(hour)
        return gone

    def problems(self) -> list[str]:
        """Return lines that cannot be read, but for a torn last one."""
        return [
            f"{place} cannot be read"
            for hour in self._hours()
            for record, place in _records(hour)
            if record is None
        ]

    def _segment(self, at: datetime) -> int:
        hour = self._folder / at.astimezone(UTC).strftime("%Y/%m/%d/%H")
        path = hour / f"{os.getpid()}.jsonl"
        if self._open is not None and self._open[0] == path and _has_a_name(self._open[1]):
            return self._open[1]
        if self._open is not None:
            os.close(self._open[1])
            self._open = None
        hour.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        _end_torn_line(descriptor)
        self._open = (path, descriptor)
        return descriptor

    def _hours(self) -> Iterator[Path]:
        yield from sorted(path for path in self._folder.glob("*/*/*/*") if path.is_dir())


def _began(hour: Path) -> datetime:
    year, month, day, clock_hour = (int(part) for part in hour.parts[-4:])
    return datetime(year, month, day, clock_hour, tzinfo=UTC)


def _records(hour: Path) -> Iterator[tuple[CaptureRecord | None, str]]:
    """Yield each line's record, or None for one that cannot be read, and the line's place."""
    for path in sorted(hour.glob("*.jsonl")):
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n") or line == b"\n":
                    continue
                yield read_capture_line(line), f"{'/'.join(path.parts[-5:])} line {number}"


def _has_a_name(descriptor: int) -> bool:
    """Whether the segment still exists; a purge may have removed it under an open one."""
    return os.fstat(descriptor).st_nlink > 0


def _end_torn_line(descriptor: int) -> None:
    """Cut what a process that had the same id left half-written at its end."""
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    whole = content.rfind(b"\n") + 1
    if whole != size:
        os.ftruncate(descriptor, whole)


def _write_whole(descriptor: int, line: bytes) -> None:
    written = os.write(descriptor, line)
    if written != len(line):
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
        raise OSError(28, "No space left on device")
