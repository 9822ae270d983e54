"""The audit events of a window, one after the other."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything was recorded."""


def trail(
    audit: AuditLog,
    since: datetime,
    until: datetime,
    kinds: Collection[AuditEventKind] | None = None,
) -> Iterator[AuditEvent]:
    """Yield the events (of these kinds) with ``since <= at < until``, in the chain's order."""
    yield from audit.between(since, until, kinds=kinds)
