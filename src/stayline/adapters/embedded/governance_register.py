"""The governance register in SQLite."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.register_tables import register_entries
from stayline.domain.register.words import WORDED, without_words
from stayline.errors import StoreDamaged
from stayline.ports.governance_register import Entry, Kind

_ROWS_A_WRITE = 10_000
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

    def history(self, kind: type[Kind]) -> list[Entry[Kind]]:
        """Return every entry ever kept of a kind."""
        return self._read(kind, None)

    def forget_words(self, subjects: Collection[str]) -> None:
        """Write these people's entries anew, without words."""
        table = register_entries
        told = _listed(subjects)
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
        scrub(self._engine)

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
            table.c.kind.in_(_listed(row["kind"] for row in rows)),
            table.c.entry_id.in_(_listed(row["entry_id"] for row in rows)),
        )
        .order_by(table.c.position)
    )
    found = (row._asdict() for row in connection.execute(query))
    return {_id(row): _told(row) for row in found}


def _listed(values: Iterable[object]) -> sa.Select[Any]:
    """Return values as a list that SQLite reads from one parameter, since those are few."""
    told = msgspec.json.encode(sorted(set(map(str, values)))).decode()
    return sa.select(sa.func.json_each(told).table_valued("value").c.value)


def _id(row: _Row) -> _Id:
    return str(row["kind"]), str(row["entry_id"])


def _told(row: _Row) -> _Told:
    return row["content"], row["recorded_at"], row["recorded_by"]
