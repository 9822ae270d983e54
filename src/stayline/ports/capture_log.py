"""What was asked and answered, written down before the answer leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One scored request: the model's input and output as JSON text, and when."""

    event_id: str
    inferred_at: datetime
    request: str
    answer: str
    inference_id: str | None = None


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
