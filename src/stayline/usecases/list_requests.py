"""List what people asked for, the most pressing first."""

from dataclasses import dataclass

from stayline.domain.deadlines import Standing, standing
from stayline.domain.register.rights import RightsRequest
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister

_ORDER = (
    *(Standing.OVERDUE, Standing.DUE_SOON, Standing.OPEN),
    *(Standing.CLOSED_LATE, Standing.CLOSED),
)


@dataclass(frozen=True, slots=True)
class StandingRequest:
    """A request, how it stands today, and how many days are left; fewer than none are over."""

    entry: Entry[RightsRequest]
    standing: Standing
    days_left: int

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.entry.record.closed_on is None


def list_requests(
    *, due_soon_days: int, register: GovernanceRegister, clock: Clock
) -> list[StandingRequest]:
    """Return every request: overdue, due soon, open, answered too late, answered in time.

    In each of these the one with the earliest last day comes first.
    """
    today = clock.now().date()
    found = [
        StandingRequest(
            entry,
            standing(entry.record, today, due_soon_days=due_soon_days),
            (entry.record.due_on - today).days,
        )
        for entry in register.entries(RightsRequest)
    ]
    return sorted(found, key=lambda one: (_ORDER.index(one.standing), one.entry.record.due_on))
