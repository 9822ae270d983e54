"""Captured lines in objects: read by hour, and taken out one by one."""

import io
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

from stayline.adapters.objects.captured_files import CapturedFile, CapturedFiles
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.formats.capture_blocks import BLOCK_BYTES, hour_folder
from stayline.formats.capture_records import read_capture_line
from stayline.formats.captured_ages import captured_ages
from stayline.formats.captured_people import ids_in
from stayline.formats.captured_removal import Goes, goes_by_age, goes_with
from stayline.ports.aged_records import NOBODY


class StoredCaptures:
    """Reads ``FOLDER/VARIANT/yyyy/mm/dd/hh/NAME.jsonl``, one object a batch.

    Nobody writes on an object, so records go by writing it anew without them, exchanged for the one
    that was read; whoever appends meanwhile makes another object. Killed halfway, what went is gone
    from every read, and the versions from before go with the next removal. To erase somebody is
    to read every object.
    """

    def __init__(self, bucket: RecordBucket, folder: str) -> None:
        self._bucket = bucket
        self._folder = folder
        self._files = CapturedFiles(bucket, folder)

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records of a window, by hour and there by object."""
        for _, body in self._files.bodies(start, end):
            for line in lines_of(body):
                record = read_capture_line(line)
                if record is not None and start <= record.inferred_at < end:
                    yield record

    def blocks(self, start: datetime, end: datetime) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window, many objects in one block."""
        for hour, of_hour in groupby(self._files.bodies(start, end), key=lambda one: one[0].hour):
            place, lines = hour_folder(hour), bytearray()
            for _, body in of_hour:
                lines += body
                if len(lines) >= BLOCK_BYTES:
                    yield CaptureBlock(place, hour, bytes(lines))
                    lines.clear()
            if lines:
                yield CaptureBlock(place, hour, bytes(lines))

    def newest(self, limit: int) -> list[CaptureRecord]:
        """Return the newest records, oldest first, from the newest objects of the newest hours."""
        found: list[CaptureRecord] = []
        for files in self._files.newest_first():
            if len(found) >= limit:
                break
            found = self._last_records(files, limit - len(found)) + found
        return found[-limit:] if limit else []

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old what is there is; every object is read."""
        blocks = (CaptureBlock(file.key, file.hour, body) for file, body in self._files.bodies())
        return captured_ages(blocks, before, held)

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove what is too old, line by line, and the objects in which no line stays."""
        return self._remove(lambda hour: goes_by_age(hour, before, held), end=before)

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove these people's lines, and unreadable ones that name them."""
        goes = goes_with(frozenset(tokens))
        return self._remove(lambda _: goes) if tokens else 0

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the ids under which labels may name these people's answers."""
        lines = (line for _, body in self._files.bodies() for line in lines_of(body))
        return ids_in(lines, tokens)

    def problems(self) -> list[str]:
        """Return lines that cannot be read, and objects of no hour."""
        unreadable = [
            f"{file.key} line {number} cannot be read"
            for file, body in self._files.bodies()
            for number, line in enumerate(lines_of(body), 1)
            if read_capture_line(line) is None
        ]
        return unreadable + [
            f"{key} is of no hour; nobody reads or purges it" for key in self._files.foreign()
        ]

    def _remove(self, goes_of: Callable[[datetime], Goes], end: datetime | None = None) -> int:
        gone = 0
        for file, body in self._files.bodies(end=end):
            goes = goes_of(file.hour)
            if any(map(goes, lines_of(body))):
                gone += self._bucket.rewrite(file.key, partial(_without, goes=goes))
        self._bucket.purge_former(self._folder)
        return gone

    def _last_records(
        self, newest_first: Iterable[CapturedFile], limit: int
    ) -> list[CaptureRecord]:
        """Return the last records of some objects, as few of which are read as it takes."""
        found: list[CaptureRecord] = []
        with closing(self._bucket.bodies(file.key for file in newest_first)) as bodies:
            for _, body in bodies:
                read = map(read_capture_line, lines_of(body))
                found = [record for record in read if record is not None] + found
                if len(found) >= limit:
                    break
        return sorted(found, key=attrgetter("inferred_at"))


def lines_of(body: bytes) -> Iterator[bytes]:
    """Yield the lines that are not empty."""
    return (line for line in io.BytesIO(body) if line != b"\n")


def _without(body: bytes | None, goes: Goes) -> tuple[bytes | None, int]:
    lines = list(lines_of(body or b""))
    stay = [line for line in lines if not goes(line)]
    return b"".join(stay) or None, len(lines) - len(stay)
