"""The audit log in SQLite, chained by hash."""

import threading
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_absorption import absorb, unreadable_places
from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.audit_journal import AuditJournal
from stayline.adapters.embedded.audit_pages import rows_before
from stayline.adapters.embedded.audit_walk import matching, walk
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import audit_events
from stayline.domain.audit_chain import ChainCheck
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.audit_trail import PlacedEvent, TrailPage, TrailWish
from stayline.errors import StoreDamaged
from stayline.formats.audit_rows import event_row

_DETAILS = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


class SqliteAuditLog:
    """Keeps one row an event; each row's ``link`` hashes the row and the link before.

    A changed, inserted or removed event breaks the chain. Removing the newest events leaves a
    shorter chain that is whole; only a checkpoint shows that.
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
        """Keep events in this process's own file; they join the chain within two seconds."""
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
        return [_event(row) for row in reversed(rows)]

    def between(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        kinds: Collection[AuditEventKind] | None = None,
        subject: str | None = None,
        actor: str | None = None,
        limit: int | None = None,
    ) -> Iterator[AuditEvent]:
        """Yield events of a half-open interval, oldest first, a few thousand in memory."""
        absorb(self._engine, self._folder)
        columns = audit_events.c
        conditions = [
            *([] if since is None else [columns.at >= since]),
            *([] if until is None else [columns.at < until]),
            *([] if kinds is None else [columns.kind.in_([kind.value for kind in kinds])]),
            *([] if subject is None else [columns.subject == subject]),
            *([] if actor is None else [columns.actor == actor]),
        ]
        for row in matching(self._engine, conditions, limit):
            yield _event(row)

    def trail(self, wish: TrailWish, *, before: int | None = None, limit: int = 50) -> TrailPage:
        """Return a page of the newest events before a position."""
        absorb(self._engine, self._folder)
        rows, older = rows_before(self._engine, wish, before, limit)
        return TrailPage(tuple(PlacedEvent(row.position, _event(row)) for row in rows), older)

    def check(
        self,
        at: Collection[int] = (),
        *,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> ChainCheck:
        """Walk the whole chain up to its first broken link, and the notes that cannot join it."""
        absorb(self._engine, self._folder)
        stuck = unreadable_places(self._engine, self._folder)
        found = walk(self._engine, at, progress)
        return replace(found, problems=(*stuck, *found.problems))

    def problems(self) -> list[str]:
        """Return the first broken link of the chain, or a note that cannot join it."""
        return list(self.check().problems)

    def close(self) -> None:
        """End in order: everything noted is in the chain; a note opens it again."""
        self._journal.finish()


def _event(row: sa.Row[Any]) -> AuditEvent:
    try:
        return AuditEvent(
            kind=AuditEventKind(row.kind),
            actor=row.actor,
            subject=row.subject,
            at=row.at,
            details=_DETAILS.decode(row.details),
        )
    except (ValueError, msgspec.MsgspecError) as error:
        raise StoreDamaged("The audit log", "it holds an event of no known form.") from error
