"""Captured lines that gateways kept on their own disks first, and brought here by the file."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from stayline.adapters.objects.captured_files import GATEWAY
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import Storage
from stayline.adapters.objects.stored_captures import StoredCaptures
from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.errors import StoreDamaged
from stayline.formats.capture_blocks import hour_folder

_WHAT = "the shipped capture"


class ShippedCaptures(StoredCaptures):
    """Keeps ``capture/ENDPOINT/gateway/yyyy/mm/dd/hh/BATCH-PART.jsonl``, where SageMaker would.

    A batch is one gateway's file of an hour, its name nobody else's, and its parts what fits into
    memory. Gateways differ by the names of their batches alone.
    """

    def __init__(self, storage: Storage, endpoint: str) -> None:
        super().__init__(RecordBucket.of(storage, _WHAT), f"capture/{endpoint}/")

    def keep(self, hour: datetime, batch: str, parts: Iterable[bytes]) -> None:
        """Put a batch in place of what an earlier try put of it, and read it back.

        Of former versions none stays: what was taken out of the file since may stand in them.
        Raises `StoreDamaged` for what comes back otherwise.
        """
        place = self._place(hour, batch)
        kept: set[str] = set()
        for number, body in enumerate(parts):
            key = f"{place}{number:04d}.jsonl"
            self._bucket.put(key, body)
            if self._bucket.get(key) != body:
                raise StoreDamaged(_WHAT.capitalize(), f"{key} does not come back as it was put.")
            kept.add(key)
        self._bucket.remove_all([key for key in self._bucket.keys(place) if key not in kept])
        self._bucket.purge_former(place)

    def take_back(self, hour: datetime, batch: str) -> None:
        """Remove what an unfinished try put of a batch."""
        self._bucket.purge_all(self._place(hour, batch))

    def blocks_without(
        self, start: datetime, end: datetime, batches: AbstractSet[str]
    ) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window, but those of some batches."""
        for file, body in self._files.bodies(start, end, without=batches):
            yield CaptureBlock(file.key, file.hour, body)

    def newest(self, limit: int) -> list[CaptureRecord]:
        """Return the newest records, oldest first, from the ends of the newest hours' batches."""
        found: list[CaptureRecord] = []
        for files in self._files.newest_first():
            if len(found) >= limit:
                break
            batches = [list(parts) for _, parts in groupby(files, key=attrgetter("batch"))]
            of_hour = [
                record
                for newest_first in reversed(batches)
                for record in self._last_records(newest_first, limit)
            ]
            found = sorted(of_hour, key=attrgetter("inferred_at")) + found
        return found[-limit:] if limit else []

    def _place(self, hour: datetime, batch: str) -> str:
        return f"{self._folder}{GATEWAY}/{hour_folder(hour)}/{batch}-"
