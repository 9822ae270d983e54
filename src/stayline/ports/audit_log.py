"""What happened, in order, never changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from stayline.domain.audit_events import AuditEvent

_FIRST_LOOK = 2_000
_LATE = timedelta(hours=1)


class AuditLog(Protocol):
    """Appends events; each is chained by hash to the one before."""

    def append(self, event: AuditEvent) -> None:
        """Add one event at the end of the chain."""
        ...

    def note(self, events: Sequence[AuditEvent]) -> None:
        """Keep events, all or none, that join the chain a moment later.

        On return they survive the end of this process, and whoever reads sees them. For the hot
        path: nobody else's write is waited for. Raises `StoreUnavailable`.
        """
        ...

    def events(
        self, *, subject: str | None = None, limit: int | None = None
    ) -> Sequence[AuditEvent]:
        """Return events, oldest first; with ``limit`` only the newest that many."""
        ...

    def problems(self) -> list[str]:
        """Return the first broken link of the chain, in words; empty when it is whole."""
        ...

    def close(self) -> None:
        """End in order: everything noted is in the chain; a note opens it again."""
        ...


def events_since(audit: AuditLog, since: datetime) -> list[AuditEvent]:
    """Return the events from an instant on, oldest first, without reading the log before it.

    Events are chained as they come in, which a clock that is set back, or a process that notes
    late, puts out of order: an hour more than asked for is looked at.
    """
    limit, found = _FIRST_LOOK, audit.events(limit=_FIRST_LOOK)
    while len(found) == limit and found[0].at >= since - _LATE:
        limit *= 4
        found = audit.events(limit=limit)
    return [event for event in found if event.at >= since]
