"""What the controls of RET are told: what lies where, and what was removed."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.register.retention import LegalHold, PurgeRun


@dataclass(frozen=True, slots=True)
class StoreAge:
    """What a store of raw inputs, or a backup, holds at the time of the check."""

    store: str
    rows: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Removal:
    """Records of one person (``subject``) were removed by an erasure or a purge run."""

    subject: str
    removed_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PurgeAttempt:
    """One run of the purge by its job book."""

    started_at: datetime
    has_succeeded: bool


@dataclass(frozen=True, slots=True)
class RetentionEvidence:
    """What was kept, removed and held back.

    ``stores`` and ``backups`` are as found at ``looked_at``; ``ledger`` and ``attempts`` are those
    of the window; ``kept_since`` is when the purge was first scheduled, None when it never was.
    """

    looked_at: datetime
    stores: tuple[StoreAge, ...] = ()
    backups: tuple[StoreAge, ...] = ()
    ledger: tuple[PurgeRun, ...] = ()
    holds: tuple[LegalHold, ...] = ()
    removals: tuple[Removal, ...] = ()
    attempts: tuple[PurgeAttempt, ...] = ()
    kept_since: datetime | None = None
