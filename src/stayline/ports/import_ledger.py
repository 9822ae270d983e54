"""Which files were imported, so that importing one twice changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import of one file under one schema, as of one date.

    ``event_time`` is the date given to rows that carry none; it is fixed when the import starts, so
    that a rerun after a crash lands on the same keys. ``completed_at`` is None while unfinished.
    ``key_fingerprint`` tells which token key was used; None for imports before it was kept.
    """

    file_digest: str
    schema_digest: str
    event_time: datetime | None
    started_at: datetime
    completed_at: datetime | None = None
    rows: int = 0
    rejected: int = 0
    key_fingerprint: str | None = None


class ImportLedger(Protocol):
    """Remembers imports by the digests of file and schema, and by their event time."""

    def find(
        self, file_digest: str, schema_digest: str, event_time: datetime | None = None
    ) -> ImportRecord | None:
        """Return the record of that import, finished or not.

        Without an event time any will do: an unfinished import first, then the newest.
        """
        ...

    def start(self, record: ImportRecord) -> None:
        """Write down that an import begins; does nothing when it is already there."""
        ...

    def complete(self, record: ImportRecord, *, at: datetime, rows: int, rejected: int) -> None:
        """Write down that the import is finished."""
        ...

    def records(self) -> list[ImportRecord]:
        """Return all imports, oldest first."""
        ...
