"""The audit log in SQLite, chained by hash."""

import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_absorption import absorb, unreadable_places
from stayline.adapters.embedded.audit_chain import START, event_row, lengthen, link
from stayline.adapters.embedded.audit_journal import AuditJournal
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import audit_events
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import StoreDamaged


class SqliteAuditLog:
    """Keeps one row an event; each row's ``link`` hashes the row and the link before.

    A changed, inserted or removed event breaks the chain. Removing the newest events leaves a
    shorter chain that is whole; only a copy of the head kept elsewhere would show that.
    """

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        """Keep the chain in a database, and what is noted for it in a folder until then."""
        self._engine = engine
        self._folder = folder
        self._turn = threading.Lock()  # waiting here costs less than polling for the file's lock
        self._journal = AuditJournal(engine, folder)
        weakref.finalize(self, self._journal.let_end).atexit = False

    def append(self, event: AuditEvent) -> None:
        """Add one event at the end of the chain, whoever else writes at the same time."""
        with self._turn:
            absorb(self._engine, self._folder)
            with writing(self._engine) as connection:
                lengthen(connection, [event_row(event)])

    def note(self, events: Sequence[AuditEvent]) -> None:
        """Keep events in this process's own file; they join the chain within half a second."""
        if events:
            self._journal.note([event_row(event) for event in events])

    def events(
        self, *, subject: str | None = None, limit: int | None = None
    ) -> Sequence[AuditEvent]:
        """Return events, oldest first; with ``limit`` only the newest that many."""
        absorb(self._engine, self._folder)
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
        """Return the first broken link of the chain, or a note that cannot join it."""
        absorb(self._engine, self._folder)
        problems = unreadable_places(self._engine, self._folder)
        before, expected = START, 1
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
                    return [*problems, f"audit event {expected} is missing"]
                if row.link != link(before, row.position, row[1:6]):
                    place = f"audit event {expected} was altered or does not follow the one before"
                    return [*problems, place]
                before, expected = row.link, expected + 1
        return problems

    def close(self) -> None:
        """End in order: everything noted is in the chain; a note opens it again."""
        self._journal.finish()


def _event(row: sa.Row[Any]) -> AuditEvent:
    return AuditEvent(
        kind=AuditEventKind(row.kind),
        actor=row.actor,
        subject=row.subject,
        at=row.at,
        details=msgspec.json.decode(row.details, type=dict[str, str | int | float | bool | None]),
    )
