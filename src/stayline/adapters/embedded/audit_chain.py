"""The chain of audit events: each row's ``link`` hashes the row and the link before."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.tables import microseconds
from stayline.domain.audit_chain import CHAIN_START
from stayline.domain.audit_events import AuditEvent

_NEWEST = "SELECT position, link FROM audit_events ORDER BY position DESC LIMIT 1"
_INSERT = (
    "INSERT INTO audit_events (position, kind, actor, subject, at, details, link) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ENCODER = msgspec.json.Encoder(order="deterministic")


class EventRow(NamedTuple):
    """An event as it is kept and hashed; ``details`` is JSON text."""

    kind: str
    actor: str
    subject: str
    at: int
    details: str


def event_row(event: AuditEvent) -> EventRow:
    """Return an event as it is kept."""
    details = _ENCODER.encode(event.details).decode()
    return EventRow(event.kind.value, event.actor, event.subject, microseconds(event.at), details)


def link(before: str, position: int, row: Sequence[object]) -> str:
    """Return the hash of a row and the link before it."""
    content = before.encode() + _ENCODER.encode([position, *row])
    return hashlib.sha256(content).hexdigest()


def lengthen(connection: sa.Connection, rows: Iterable[EventRow]) -> None:
    """Add events at the end, within the caller's writing transaction."""
    newest = connection.exec_driver_sql(_NEWEST).one_or_none()
    position, before = (newest.position, newest.link) if newest else (0, CHAIN_START)
    linked: list[tuple[object, ...]] = []
    for row in rows:
        position += 1
        before = link(before, position, row)
        linked.append((position, *row, before))
    if linked:
        connection.exec_driver_sql(_INSERT, linked)
