"""Captured lines on this disk first, and in the object store once their hour is over."""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

from stayline.adapters.embedded.capture_hours import Hour, hours
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.capture_removal import sweep_drafts
from stayline.adapters.embedded.capture_shipment import CaptureShipment
from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.objects.erasure_notes import Erased, ErasureNotes, goes_as_erased
from stayline.adapters.objects.shipped_captures import ShippedCaptures
from stayline.adapters.objects.storage import Storage
from stayline.adapters.objects.stored_captures import lines_of
from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.formats.capture_blocks import file_blocks, hour_folder
from stayline.formats.capture_records import read_capture_line
from stayline.formats.captured_ages import captured_ages
from stayline.formats.captured_people import ids_in
from stayline.ports.aged_records import NOBODY
from stayline.ports.clock import Clock

LATE = timedelta(minutes=5)
"""How long after an hour a line of it may still come."""
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class ShippedCaptureLog(JsonlCaptureLog):
    """Appends as `JsonlCaptureLog`, whatever becomes of the store; reads and removes on both sides.

    Of other gateways it sees what they have shipped. A file is in the store whole before it goes
    here. While it is here, what is there of it is passed over; once it has gone, it is found there.
    """

    def __init__(
        self, folder: Path, storage: Storage, *, endpoint: str, clock: Clock, **rules: Any
    ) -> None:
        super().__init__(folder, **rules)
        self._clock = clock
        self._shipped = ShippedCaptures(storage, endpoint)
        self._notes = ErasureNotes(storage)
        self._shipment = CaptureShipment(self._shipped, self._notes)
        self._alone = FolderLocks(folder).writing
        self._known_erased: Erased = {}

    def ship(self) -> int:
        """Take out who was erased elsewhere, then ship the files of hours that are over."""
        erased = self._notes.read()
        if erased != self._known_erased:
            with self._alone():
                self.remove(goes_as_erased(erased))
            self._known_erased = erased
        return sum(self._send(hour) for hour in self._over(LATE))

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records of a window, by hour."""
        for line in self._lines(start, end):
            record = read_capture_line(line)
            if record is not None and start <= record.inferred_at < end:
                yield record

    def blocks(self, start: datetime, end: datetime) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window, of each what is here first.

        What is there is listed after what is here was opened, so a file that goes meanwhile is
        found on one side, and on one side only.
        """
        at = start
        for hour in [one for one in hours(self._folder) if one.began < end and one.ended > start]:
            yield from self._shipped.blocks_without(at, hour.began, NOBODY)
            opened: set[str] = set()
            for path in _files(hour):
                with suppress(FileNotFoundError):
                    for block in file_blocks(path, str(path), hour.began):
                        opened.add(path.stem)
                        yield block
            yield from self._shipped.blocks_without(max(at, hour.began), hour.ended, opened)
            at = hour.ended
        yield from self._shipped.blocks_without(at, end, NOBODY)

    def newest(self, limit: int) -> list[CaptureRecord]:
        """Return the newest records of both sides, oldest first."""
        here = super().newest(limit)
        there = self._shipped.newest(limit)
        each = {(record.event_id, record.inferred_at): record for record in (*there, *here)}
        return sorted(each.values(), key=attrgetter("inferred_at"))[-limit:] if limit else []

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old what is there is; every object is read."""
        return captured_ages(self.blocks(*_EVER), before, held)

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove what is too old, on both sides."""
        with self._alone():
            self._take_back()
            gone = super().purge(before, held=held) + self._shipped.purge(before, held=held)
        self._notes.purge(before)
        return gone

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove these people's lines on both sides, and let the other gateways do so, too.

        They do within a minute, and ship none of these lines.
        """
        with self._alone():
            self._take_back()
            gone = super().erase(tokens)
            self._notes.add(tokens, self._clock.now())
            return gone + self._shipped.erase(tokens)

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the ids under which labels may name these people's answers."""
        return ids_in(self._lines(*_EVER), tokens)

    def problems(self) -> list[str]:
        """Return what is damaged on either side."""
        return super().problems() + self._shipped.problems()

    def waiting(self) -> int:
        """Return how many files of hours that are over are still here alone."""
        return sum(len(_files(hour)) for hour in self._over(LATE))

    def lag_s(self) -> float:
        """Return the lag; asked every second, it also lets go of files that may be shipped."""
        self._segments.let_go(hour_folder(self._clock.now() - LATE))
        return super().lag_s()

    def _lines(self, start: datetime, end: datetime) -> Iterator[bytes]:
        for block in self.blocks(start, end):
            yield from (line for line in lines_of(block.lines) if line.endswith(b"\n"))

    def _over(self, since: timedelta) -> list[Hour]:
        until = self._clock.now() - since
        return [hour for hour in hours(self._folder) if hour.ended <= until]

    def _send(self, hour: Hour) -> int:
        sent = 0
        for path in _files(hour):
            with self._alone():
                sent += path.exists() and self._shipment.send(path, hour)
        with self._alone(), suppress(OSError):  # somebody still writes there
            sweep_drafts(hour.folder)
            hour.folder.rmdir()
        return sent

    def _take_back(self) -> None:
        """Let no object hold what a file here holds, so that nothing is counted twice."""
        for hour in self._over(LATE):
            for path in _files(hour):
                self._shipment.take_back(path, hour)


def _files(hour: Hour) -> list[Path]:
    return sorted(hour.folder.glob("*.jsonl"))
