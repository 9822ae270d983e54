"""The chain of audit events: each row's ``link`` hashes the row and the link before."""

from collections.abc import Iterable

import sqlalchemy as sa

from stayline.domain.audit_chain import CHAIN_START
from stayline.formats.audit_rows import EventRow, linked

_NEWEST = "SELECT position, link FROM audit_events ORDER BY position DESC LIMIT 1"
_INSERT = (
    "INSERT INTO audit_events (position, kind, actor, subject, at, details, link) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def lengthen(connection: sa.Connection, rows: Iterable[EventRow]) -> None:
    """Add events at the end, within the caller's writing transaction."""
    newest = connection.exec_driver_sql(_NEWEST).one_or_none()
    position, before = (newest.position, newest.link) if newest else (0, CHAIN_START)
    added = [(place, *row, link) for place, row, link in linked(position, before, rows)]
    if added:
        connection.exec_driver_sql(_INSERT, added)
