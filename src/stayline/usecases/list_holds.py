"""List the legal holds, and which of them have stood for so long that somebody should look."""

from dataclasses import dataclass

from stayline.domain.register.retention import DeferredErasure, LegalHold
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister

REVIEW_DAYS = 180
"""After so many days a hold is worth a look: nothing ends it by itself, and it keeps everything."""


@dataclass(frozen=True, slots=True)
class ListedHold:
    """A hold, for how many days it has stood, and whether an erasure waits for its end."""

    entry: Entry[LegalHold]
    stands: bool
    days: int
    delays_erasure: bool

    @property
    def is_to_review(self) -> bool:
        """Whether somebody should look whether its matter still needs it."""
        return self.stands and self.days >= REVIEW_DAYS


def list_holds(*, register: GovernanceRegister, clock: Clock) -> list[ListedHold]:
    """Return all holds: those that stand, the oldest first, and then those that have ended."""
    now = clock.now()
    waiting = {
        entry.record.subject
        for entry in register.entries(DeferredErasure)
        if entry.record.settled_at is None
    }
    found = [
        ListedHold(
            entry,
            entry.record.keeps_at(now),
            max(((entry.record.until or now) - entry.record.since).days, 0),
            entry.record.subject in waiting,
        )
        for entry in register.entries(LegalHold)
    ]
    return sorted(found, key=lambda one: (not one.stands, one.entry.record.since))
