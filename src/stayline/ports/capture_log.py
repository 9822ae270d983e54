"""What was asked and answered, written down before the answer leaves."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from stayline.domain.capture import CaptureRecord


class CaptureLog(Protocol):
    """Appends first, answers later."""

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Write the records out; on return they survive the end of this process."""
        ...

    def read(self, start: datetime, end: datetime) -> Iterator[CaptureRecord]:
        """Yield the records with ``start <= inferred_at < end``, by hour, in order of writing."""
        ...

    def purge(self, before: datetime) -> int:
        """Remove whole hours that ended at or before ``before``; return how many records went."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; a torn last line after a crash is not damage."""
        ...
