"""What happened, in order, never changed."""

from collections.abc import Sequence
from typing import Protocol

from stayline.domain.audit_events import AuditEvent


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
