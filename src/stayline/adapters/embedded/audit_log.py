"""The audit log in SQLite, chained by hash."""

import hashlib
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import audit_events, microseconds
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import StoreDamaged

_START = "0" * 64
_NEWEST = (
    sa.select(audit_events.c.position, audit_events.c.link)
    .order_by(audit_events.c.position.desc())
    .limit(1)
)
_INSERT = sa.insert(
    sa.table("audit_events", *(sa.column(column.name) for column in audit_events.columns))
)


class SqliteAuditLog:
    """Keeps one row an event; each row's ``link`` hashes the row and the link before.

    A changed, inserted or removed event breaks the chain. Removing the newest events leaves a
    shorter chain that is whole; only a copy of the head kept elsewhere would show that.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()  # waiting here costs less than polling for the file's lock

    def append(self, event: AuditEvent) -> None:
        """Add one event at the end of the chain, whoever else writes at the same time."""
        row: dict[str, Any] = {
            "kind": event.kind.value,
            "actor": event.actor,
            "subject": event.subject,
            "at": microseconds(event.at),
            "details": msgspec.json.encode(event.details, order="deterministic").decode(),
        }
        with self._turn, writing(self._engine) as connection:
            newest = connection.execute(_NEWEST).one_or_none()
            position, before = (newest.position, newest.link) if newest else (0, _START)
            row |= {"position": position + 1, "link": _link(before, position + 1, row)}
            connection.execute(_INSERT, row)

    def events(
        self, *, subject: str | None = None, limit: int | None = None
    ) -> Sequence[AuditEvent]:
        """Return events, oldest first; with ``limit`` only the newest that many."""
        query = sa.select(audit_events).order_by(audit_events.c.position.desc()).limit(limit)
        if subject is not None:
            query = query.where(audit_events.c.subject == subject)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        try:
            return [_event(row) for row in reversed(rows)]
        except (ValueError, msgspec.MsgspecError) as error:
            raise StoreDamaged("The audit log", "it holds an event of no known form.") from error

    def problems(self) -> list[str]:
        """Return the first broken link of the chain."""
        before, expected = _START, 1
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=10_000).execute(
                sa.select(
                    *(
                        sa.type_coerce(column, sa.types.NullType()).label(column.name)
                        for column in audit_events.columns
                    )
                ).order_by(audit_events.c.position)
            )
            for row in rows:
                if row.position != expected:
                    return [f"audit event {expected} is missing"]
                if row.link != _link(before, row.position, dict(row._mapping)):
                    return [f"audit event {expected} was altered or does not follow the one before"]
                before, expected = row.link, expected + 1
        return []


def _link(before: str, position: int, row: dict[str, Any]) -> str:
    content = [position, row["kind"], row["actor"], row["subject"], row["at"], row["details"]]
    return hashlib.sha256(before.encode() + msgspec.json.encode(content)).hexdigest()


def _event(row: sa.Row[Any]) -> AuditEvent:
    return AuditEvent(
        kind=AuditEventKind(row.kind),
        actor=row.actor,
        subject=row.subject,
        at=row.at,
        details=msgspec.json.decode(row.details, type=dict[str, str | int | float | bool | None]),
    )
