"""What was asked and answered, written down before the answer leaves."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.aged_records import AgedRecords


class CaptureLog(AgedRecords, Protocol):
    """Appends first, answers later; a purge is exact to the record."""

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Write the records out; on return they survive the end of this process.

        Raises `StoreUnavailable` when they could not be kept; then nothing may be answered.
        """
        ...

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records with ``start <= inferred_at < end``, by hour, in order of writing."""
        ...

    def blocks(self, start: datetime, end: datetime) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window, as they are kept, by hour.

        For who reads very many: `read` gives whole records, at a tenth of the pace.
        """
        ...

    def newest(self, limit: int) -> list[CaptureRecord]:
        """Return the newest records, oldest first, without reading the others."""
        ...

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove every record of these people, also while others write; return how many went."""
        ...

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the event and inference ids of the records of these people."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; a torn last line after a crash is not damage."""
        ...

    def lag_s(self) -> float:
        """Return for how many seconds the oldest record has waited to be on disk; 0.0 for none."""
        ...

    def flush(self) -> None:
        """Wait until everything appended is on disk."""
        ...

    def close(self) -> None:
        """End in order: everything on disk, nothing left open; an append opens it again."""
        ...
