"""Audit events that are written in one transaction with what they tell of."""

from datetime import UTC
from uuid import uuid4

from stayline.adapters.aws.table import Item, Write
from stayline.domain.audit_events import AuditEvent

OUTBOX = "audit-outbox"
"""The partition where events wait for the chain by their instants, in UTC: one, or several that
were noted together."""


def outbox_write(event: AuditEvent) -> Write:
    """Return the write that keeps an event, for a transaction with the change that it is about.

    The audit log takes events from there into its chain before it appends and before it reads, so
    whoever reads it sees every event whose change has landed, and none whose change has not.
    """
    place = f"{event.at.astimezone(UTC).isoformat()}#{uuid4().hex}"
    return Write(OUTBOX, place, Item(OUTBOX, place, event), if_new=True)
