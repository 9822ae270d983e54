"""What must be kept all the same, and what was removed when."""

from dataclasses import dataclass
from datetime import datetime

SCAN = "scan-"
"""How the ids of scans begin, which share the ledger with purges."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Nothing of this person (``subject``, a token) is removed while the hold stands."""

    subject: str
    matter: str
    reason: str
    since: datetime
    until: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Whether it stands at an instant: half-open, in UTC."""
        return self.since <= instant and (self.until is None or instant < self.until)

    def keeps_at(self, instant: datetime) -> bool:
        """Whether nothing may go at an instant; an open hold keeps all, were the clock set back."""
        return self.until is None or self.holds_at(instant)


@dataclass(frozen=True, slots=True)
class PurgeRun:
    """One store's part of one purge run, or the scan after it.

    ``subject`` is the store. Counts are rows; ages are days, None when nothing is there.
    ``oldest_left_days`` is what the scan after it found, ``held_lost`` how many rows of people
    under legal hold were there before and not after it, by a count of its own: any is a fault.
    """

    subject: str
    run_id: str
    record_class: str
    jurisdiction: str
    started_at: datetime
    completed_at: datetime | None
    ceiling_days: float | None
    floor_days: float | None
    deleted: int
    youngest_deleted_days: float | None
    oldest_left_days: float | None
    held_back: int
    tokens_digest: str = ""
    held_lost: int = 0

    @property
    def is_scan(self) -> bool:
        """Whether it only looked at what was left."""
        return self.run_id.startswith(SCAN)


@dataclass(frozen=True, slots=True)
class DeferredErasure:
    """An erasure that waits for legal holds to be lifted; ``subject`` is the person's token."""

    subject: str
    asked_at: datetime
    reason: str
    settled_at: datetime | None = None
