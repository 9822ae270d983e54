"""The governance register in SQLite."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.register_tables import register_entries
from stayline.errors import StoreDamaged
from stayline.ports.governance_register import Entry, Kind

_ROWS_A_WRITE = 10_000


class SqliteGovernanceRegister:
    """Keeps one row an entry, its record as JSON."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, entries: Sequence[Entry[Kind]]) -> None:
        """Keep entries, all or none; the very same entry again changes nothing."""
        once = list(dict.fromkeys(entries))
        with writing(self._engine) as connection:
            for start in range(0, len(once), _ROWS_A_WRITE):
                some = once[start : start + _ROWS_A_WRITE]
                news = [row for row in map(_row, some) if not _is_newest(connection, row)]
                if news:
                    connection.execute(sa.insert(register_entries), news)

    def entries(self, kind: type[Kind], *, subject: str | None = None) -> list[Entry[Kind]]:
        """Return the newest entry of each id, in the order the ids were first seen."""
        newest: dict[str, Entry[Kind]] = {}
        for entry in self._read(kind, subject):
            newest[entry.entry_id] = entry
        return list(newest.values())

    def history(self, kind: type[Kind]) -> list[Entry[Kind]]:
        """Return every entry ever kept of a kind."""
        return self._read(kind, None)

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)

    def _read(self, kind: type[Kind], subject: str | None) -> list[Entry[Kind]]:
        table = register_entries
        query = sa.select(table).where(table.c.kind == kind.__name__).order_by(table.c.position)
        if subject is not None:
            query = query.where(table.c.subject == subject)
        decode = msgspec.json.Decoder(kind).decode
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        try:
            return [
                Entry(row.entry_id, decode(row.content), row.recorded_at, row.recorded_by)
                for row in rows
            ]
        except msgspec.MsgspecError as error:
            problem = f"it holds an entry of {kind.__name__} that cannot be read."
            raise StoreDamaged("The governance register", problem) from error


def _row(entry: Entry[Any]) -> dict[str, object]:
    return {
        "kind": type(entry.record).__name__,
        "entry_id": entry.entry_id,
        "subject": entry.record.subject,
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "content": msgspec.json.encode(entry.record).decode(),
    }


def _is_newest(connection: sa.Connection, row: dict[str, object]) -> bool:
    """Whether the newest entry of this id is this very one."""
    table = register_entries
    query = (
        sa.select(table.c.content, table.c.recorded_at, table.c.recorded_by)
        .where(table.c.kind == row["kind"], table.c.entry_id == row["entry_id"])
        .order_by(table.c.position.desc())
        .limit(1)
    )
    newest = connection.execute(query).one_or_none()
    return newest is not None and all(row[name] == value for name, value in newest._mapping.items())
