"""Captured requests and answers as JSON lines, in SageMaker's data-capture form."""

import os
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from stayline.adapters.embedded.capture_hours import Hour, foreign_folders, hours
from stayline.adapters.embedded.capture_removal import lines_of, remove_lines, sweep_drafts
from stayline.adapters.embedded.capture_segments import CaptureSegments
from stayline.adapters.embedded.counted_records import CountedRecords
from stayline.adapters.embedded.line_file import opened
from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.errors import StoreUnavailable
from stayline.formats.capture_batches import lines_by_hour
from stayline.formats.capture_blocks import captured_blocks, file_blocks
from stayline.formats.capture_records import ContentRules, read_capture_line
from stayline.formats.captured_ages import captured_ages, records_in
from stayline.formats.captured_people import ids_in
from stayline.formats.captured_removal import Goes, goes_by_age, goes_with
from stayline.ports.aged_records import NOBODY

_BLOCK = 1 << 16
_AGED_AT_ONCE = 1 << 22
_COUNTED = "counted-records.json"


class JsonlCaptureLog:
    """Keeps ``folder/yyyy/mm/dd/hh/<worker>-<number>.jsonl``; each record is one whole line.

    ``grouped`` brings lines to the disk within 100 ms, ``strict`` before `append` returns; either
    way the operating system has them before it returns. Somebody who removes the folder under a
    running process is noticed within a second; lines of that second are lost. Of
    ``sampling_percent`` in 100 records the event id decides, so the same record is always in or
    always out.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durability: str = "grouped",
        sampling_percent: int = 100,
        csv_content_types: frozenset[str] = ContentRules().csv,
        json_content_types: frozenset[str] = ContentRules().json,
    ) -> None:
        self._folder = folder
        self._percent = sampling_percent
        self._rules = ContentRules(csv_content_types, json_content_types)
        self._counted = CountedRecords(folder / _COUNTED)
        self._segments = CaptureSegments(folder, is_strict=durability == "strict")
        weakref.finalize(self, self._segments.let_end).atexit = False

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Hand the lines to the operating system, so that they outlive this process."""
        self._segments.append(lines_by_hour(records, self._rules, self._percent))

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records of a window, by hour."""
        for hour in hours(self._folder):
            if hour.began >= end or hour.ended <= start:
                continue
            for record, _ in _records(hour.folder):
                if record is not None and start <= record.inferred_at < end:
                    yield record

    def blocks(self, start: datetime, end: datetime) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window."""
        return captured_blocks(self._folder, start, end)

    def newest(self, limit: int) -> list[CaptureRecord]:
        """Return the newest records, oldest first, from the ends of the newest hours' files."""
        found: list[CaptureRecord] = []
        for hour in hours(self._folder, newest_first=True):
            if len(found) >= limit:
                break
            read = [
                record
                for path in sorted(hour.folder.glob("*.jsonl"))
                for line in _last_lines(path, limit)
                if (record := read_capture_line(line)) is not None
            ]
            found = sorted(read, key=lambda record: record.inferred_at) + found
        return found[-limit:] if limit else []

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old what is there is; of files that stay, only those changed are read."""
        there = hours(self._folder)
        ages = captured_ages(_until_one_stays(there, before), before, held)
        return replace(ages, rows=ages.rows + self._counted.of(there))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove whole hours that have ended by then, and single lines of others."""
        gone = 0
        for hour in list(hours(self._folder)):
            if hour.began >= before:
                continue
            is_over = hour.ended <= before
            if is_over:
                self._segments.drop("/".join(hour.folder.parts[-4:]))

            goes = goes_by_age(hour.began, before, held)
            one = partial(remove_lines, goes=goes) if held or not is_over else _removed
            gone += _from_all(hour.folder, one)
            if is_over:
                with suppress(OSError):  # somebody still writes there, or is held
                    hour.folder.rmdir()
        return gone

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove these people's lines, and unreadable ones that name them."""
        return self.remove(goes_with(frozenset(tokens)))

    def remove(self, goes: Goes) -> int:
        """Remove the lines that go, also while others write; return how many went."""
        remove = partial(remove_lines, goes=goes)
        return sum(_from_all(hour.folder, remove) for hour in list(hours(self._folder)))

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the ids under which labels may name these people's answers."""
        files = (
            path for hour in hours(self._folder) for path in sorted(hour.folder.glob("*.jsonl"))
        )
        return ids_in((line for path in files for line in lines_of(path)), tokens)

    def problems(self) -> list[str]:
        """Return lines that cannot be read, but for a torn last one, and folders of no hour."""
        unreadable = [
            f"{place} cannot be read"
            for hour in hours(self._folder)
            for record, place in _records(hour.folder)
            if record is None
        ]
        return unreadable + [
            f"{folder.relative_to(self._folder)} is no folder of an hour; nobody reads or purges it"
            for folder in foreign_folders(self._folder)
        ]

    def lag_s(self) -> float:
        """Return for how many seconds the oldest record has waited to be on disk."""
        return self._segments.lag_s()

    def syncs(self) -> int:
        """Return how often a file was brought to the disk, by this process."""
        return self._segments.syncs()

    def flush(self) -> None:
        """Wait until everything appended is on disk."""
        self._segments.flush()

    def close(self) -> None:
        """End in order: everything on disk, nothing left open."""
        self._segments.flush()
        self._segments.finish()


def _until_one_stays(there: Iterator[Hour], before: datetime) -> Iterator[CaptureBlock]:
    """Yield what is due by hour, and the first hour that stays, which tells how old the rest is.

    The hours after that one are left in ``there``.
    """
    for hour in there:
        is_empty = True
        for path in sorted(hour.folder.glob("*.jsonl")):
            with suppress(FileNotFoundError):
                for block in file_blocks(path, str(path), hour.began, size=_AGED_AT_ONCE):
                    is_empty = is_empty and not records_in(block.lines)
                    yield block
        if hour.began >= before and not is_empty:
            return


def _records(hour: Path) -> Iterator[tuple[CaptureRecord | None, str]]:
    """Yield each line's record, or None for one that cannot be read, and the line's place."""
    for path in sorted(hour.glob("*.jsonl")):
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n") or line == b"\n":
                    continue
                yield read_capture_line(line), f"{'/'.join(path.parts[-5:])} line {number}"


def _last_lines(path: Path, limit: int) -> list[bytes]:
    """Return the last whole lines of a file, none of one that was purged meanwhile."""
    end = b""
    with suppress(FileNotFoundError), path.open("rb") as file:
        place = file.seek(0, os.SEEK_END)
        while place and end.count(b"}\n") <= limit:
            start = max(place - _BLOCK, 0)
            file.seek(start)
            end = file.read(place - start) + end
            place = start
    lines = end[: end.rfind(b"\n") + 1].splitlines(keepends=True)
    return [line for line in lines if line != b"\n"][-limit:]


def _from_all(hour: Path, remove: Callable[[Path], int]) -> int:
    """Remove from every file of an hour; return how many records went."""
    try:
        sweep_drafts(hour)
        return sum(remove(path) for path in sorted(hour.glob("*.jsonl")))
    except OSError as error:
        raise StoreUnavailable("The capture log", f"{error.strerror}.") from error


def _removed(path: Path) -> int:
    """Remove one file, or empty it when somebody has it open; return how many records went."""
    with opened(path) as file:
        with path.open("rb") as lines:
            count = sum(1 for line in lines if line.endswith(b"\n") and line != b"\n")
        if file.is_abandoned:
            path.unlink()
        else:
            os.truncate(file.descriptor, 0)
    return count
