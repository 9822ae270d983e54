"""Captured requests and answers in S3, where a SageMaker endpoint's data capture puts them, too."""

import io
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import count, groupby
from operator import attrgetter

from stayline.adapters.aws.captured_files import CapturedFiles
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.record_bucket import RecordBucket
from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.formats.capture_batches import lines_by_hour
from stayline.formats.capture_blocks import BLOCK_BYTES, hour_folder
from stayline.formats.capture_records import ContentRules, read_capture_line
from stayline.formats.captured_ages import captured_ages
from stayline.formats.captured_people import may_name, person_of
from stayline.formats.captured_removal import Goes, goes_by_age, goes_with
from stayline.ports.aged_records import NOBODY

PREFIX = "capture/"
_VARIANT = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,62}")
_NO_VARIANT = "gateway"


class S3CaptureLog:
    """Keeps ``capture/ENDPOINT/VARIANT/yyyy/mm/dd/hh/NAME.jsonl``, one object a batch.

    A PUT for each batch, hour and variant, before `append` returns: what S3 has taken, it keeps.
    Nobody writes on an object, so records go by writing it anew without them, exchanged for the one
    that was read; whoever appends meanwhile makes another object. Killed halfway, what went is gone
    from every read, and the versions from before go with the next removal. To erase somebody is
    to read every object: what they cost, docs/aws-files.md tells.
    """

    CALLS = frozenset(
        {
            "s3.delete_object",
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(
        self,
        clients: Clients,
        *,
        sampling_percent: int = 100,
        csv_content_types: frozenset[str] = ContentRules().csv,
        json_content_types: frozenset[str] = ContentRules().json,
    ) -> None:
        self._bucket = RecordBucket(clients, clients.resources.data_bucket, "the capture log")
        self._folder = f"{PREFIX}{clients.resources.endpoint}/"
        self._files = CapturedFiles(self._bucket, self._folder)
        self._percent = sampling_percent
        self._rules = ContentRules(csv_content_types, json_content_types)
        self._numbers = count(1)

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Put the lines in S3; what was put before a failure stays, and nothing is answered."""
        by_variant = defaultdict[str, list[CaptureRecord]](list)
        for record in records:
            by_variant[_variant_of(record)].append(record)
        for variant, theirs in by_variant.items():
            for hour, lines in lines_by_hour(theirs, self._rules, self._percent).items():
                name = self._new_name(theirs[0].inferred_at)
                # Nobody else has this name: what stands there is this batch, put a moment ago.
                self._bucket.put_new(f"{self._folder}{variant}/{hour}/{name}", b"".join(lines))

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records of a window, by hour and there by object."""
        for _, body in self._files.bodies(start, end):
            for line in _lines(body):
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
        for keys in self._files.newest_first():
            if len(found) >= limit:
                break
            found = self._last_records(keys, limit - len(found)) + found
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
        those = frozenset(tokens)
        return {
            name
            for _, body in self._files.bodies()
            for line in _lines(body)
            if may_name(line, those)
            and (person := person_of(line)) is not None
            and person.token in those
            for name in person.ids
        }

    def problems(self) -> list[str]:
        """Return lines that cannot be read, and objects of no hour."""
        unreadable = [
            f"{file.key} line {number} cannot be read"
            for file, body in self._files.bodies()
            for number, line in enumerate(_lines(body), 1)
            if read_capture_line(line) is None
        ]
        return unreadable + [
            f"{key} is of no hour; nobody reads or purges it" for key in self._files.foreign()
        ]

    def lag_s(self) -> float:
        """Return 0.0: what was appended is in S3."""
        return 0.0

    def flush(self) -> None:
        """Wait for nothing: what was appended is in S3."""

    def close(self) -> None:
        """End; nothing is open."""

    def _new_name(self, at: datetime) -> str:
        return (
            f"{at.astimezone(UTC):%M-%S-%f}-{next(self._numbers):08d}-{secrets.token_hex(8)}.jsonl"
        )

    def _remove(self, goes_of: Callable[[datetime], Goes], end: datetime | None = None) -> int:
        gone = 0
        for file, body in self._files.bodies(end=end):
            goes = goes_of(file.hour)
            if any(map(goes, _lines(body))):
                gone += self._bucket.rewrite(file.key, partial(_without, goes=goes))
        self._bucket.purge_former(self._folder)
        return gone

    def _last_records(self, newest_first: Sequence[str], limit: int) -> list[CaptureRecord]:
        found: list[CaptureRecord] = []
        with closing(self._bucket.bodies(newest_first)) as bodies:
            for _, body in bodies:
                read = map(read_capture_line, _lines(body))
                found = [record for record in read if record is not None] + found
                if len(found) >= limit:
                    break
        return sorted(found, key=attrgetter("inferred_at"))


def _variant_of(record: CaptureRecord) -> str:
    variant = record.variant or ""
    return variant if _VARIANT.fullmatch(variant) else _NO_VARIANT


def _lines(body: bytes) -> Iterator[bytes]:
    return (line for line in io.BytesIO(body) if line != b"\n")


def _without(body: bytes | None, goes: Goes) -> tuple[bytes | None, int]:
    lines = list(_lines(body or b""))
    stay = [line for line in lines if not goes(line)]
    return b"".join(stay) or None, len(lines) - len(stay)
