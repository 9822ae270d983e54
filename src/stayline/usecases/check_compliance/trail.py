"""The audit events of a window, one after the other."""

from collections.abc import Collection, Iterator
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog


def trail(
    audit: AuditLog, since: datetime, until: datetime, kinds: Collection[AuditEventKind]
) -> Iterator[AuditEvent]:
    """Yield the events of these kinds with ``since <= at < until``, in the order of the chain."""
    for event in audit.events():
        if event.kind in kinds and since <= event.at < until:
            yield event
