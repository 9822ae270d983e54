"""The governance register in SQLite."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.portable_sql import listed
from stayline.adapters.embedded.register_tables import register_entries
from stayline.adapters.embedded.tables import instant
from stayline.domain.register.words import WORDED, without_words
from stayline.errors import StoreDamaged
from stayline.ports.governance_register import Entry, Kind

_ROWS_A_WRITE = 10_000
_READ = sa.select(
    register_entries.c.entry_id,
    register_entries.c.content,
    sa.type_coerce(register_entries.c.recorded_at, sa.BigInteger),
    register_entries.c.recorded_by,
)
_Row = dict[str, object]
_Id = tuple[str, str]
_Told = tuple[object, object, object]


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
                rows = [_row(entry) for entry in some]
                newest = _newest(connection, rows)
                news = [row for row in rows if newest.get(_id(row)) != _told(row)]
                if news:
                    connection.execute(sa.insert(register_entries), news)

    def entries(self, kind: type[Kind], *, subject: str | None = None) -> list[Entry[Kind]]:
        """Return the newest entry of each id, in the order the ids were first seen."""
        newest: dict[str, Entry[Kind]] = {}
        for entry in self._read(kind, subject):
            newest[entry.entry_id] = entry
        return list(newest.values())

    def history(self, kind: type[Kind], *, newest: int | None = None) -> list[Entry[Kind]]:
        """Return every entry ever kept of a kind, or the last so many."""
        return self._read(kind, None, newest)

    def forget_words(self, subjects: Collection[str]) -> None:
        """Write these people's entries anew, without words."""
        table = register_entries
        told = listed(subjects)
        with writing(self._engine) as connection:
            for kind in WORDED:
                theirs = sa.select(table).where(
                    table.c.kind == kind.__name__, table.c.subject.in_(told)
                )
                for row in connection.execute(theirs).all():
                    record = without_words(msgspec.json.decode(row.content, type=kind))
                    content = msgspec.json.encode(record).decode()
                    own = sa.update(table).where(table.c.position == row.position)
                    connection.execute(own.values(content=content))
        scrub(self._engine, table)

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)

    def _read(
        self, kind: type[Kind], subject: str | None, newest: int | None = None
    ) -> list[Entry[Kind]]:
        table = register_entries
        query = _READ.where(table.c.kind == kind.__name__).order_by(table.c.position)
        if newest is not None:
            query = query.where(table.c.position.in_(_newest_places(kind, newest)))
        if subject is not None:
            query = query.where(table.c.subject == subject)
        decode = msgspec.json.Decoder(kind).decode
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        try:
            return [
                Entry(entry_id, decode(content), instant(at), by)
                for entry_id, content, at, by in rows
            ]
        except msgspec.MsgspecError as error:
            problem = f"it holds an entry of {kind.__name__} that cannot be read."
            raise StoreDamaged("The governance register", problem) from error


def _newest_places(kind: type[Any], newest: int) -> sa.Select[Any]:
    """Return the last places of a kind, found in its index without reading any entry."""
    table = register_entries
    places = sa.select(table.c.position).where(table.c.kind == kind.__name__)
    return places.order_by(table.c.position.desc()).limit(newest)


def _row(entry: Entry[Any]) -> _Row:
    return {
        "kind": type(entry.record).__name__,
        "entry_id": entry.entry_id,
        "subject": entry.record.subject,
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "content": msgspec.json.encode(entry.record).decode(),
    }


def _newest(connection: sa.Connection, rows: Sequence[_Row]) -> dict[_Id, _Told]:
    """Return the newest entries of the ids of these rows, in one read however many there are."""
    table = register_entries
    query = (
        sa.select(table)
        .where(
            table.c.kind.in_(listed(str(row["kind"]) for row in rows)),
            table.c.entry_id.in_(listed(str(row["entry_id"]) for row in rows)),
        )
        .order_by(table.c.position)
    )
    found = (row._asdict() for row in connection.execute(query))
    return {_id(row): _told(row) for row in found}


def _id(row: _Row) -> _Id:
    return str(row["kind"]), str(row["entry_id"])


def _told(row: _Row) -> _Told:
    return row["content"], row["recorded_at"], row["recorded_by"]
