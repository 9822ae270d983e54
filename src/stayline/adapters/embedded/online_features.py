"""The online side of the feature store: one row a person, packed, for reads in microseconds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import polars as pl
import sqlalchemy as sa

from stayline.adapters.delta.fact_frames import newest_facts
from stayline.adapters.embedded.database import reading, scrub, writing
from stayline.adapters.embedded.portable_sql import insert_into
from stayline.adapters.embedded.quick_access import quick_all, quick_row, quick_rows
from stayline.adapters.embedded.record_frames import RecordFrames
from stayline.adapters.embedded.tables import (
    applied_versions,
    feature_groups,
    last_days,
    online_records,
)
from stayline.adapters.embedded.two_names import copy_afresh, move, renaming
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

_CHUNK = 20_000
_IN_LIMIT = 500
_OF_PEOPLE = (online_records, last_days)


class OnlineFeatures:
    """Keeps the newest record of each person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._upsert = newer_wins(engine, online_records)

    def put(
        self,
        group: str,
        frames: Iterable[pl.DataFrame],
        *,
        commit: Callable[[], int],
        afresh: bool = False,
    ) -> None:
        """Keep the newest row of each person, unless what is there is newer.

        ``commit`` makes the offline side durable and returns its version; it runs last, before this
        transaction commits, and its failure undoes all of this. ``afresh`` forgets what was there.
        """
        with writing(self._engine) as connection:
            if afresh:
                connection.execute(sa.delete(online_records))
            for rows in frames:
                for chunk in _packed(rows):
                    connection.exec_driver_sql(self._upsert, chunk)
            note(connection, group, commit())

    def note_version(self, group: str, version: int) -> None:
        """Note that the offline commits up to this one are included."""
        with writing(self._engine) as connection:
            note(connection, group, version)

    def applied_version(self, group: str) -> int:
        """Return the offline commit that the online side includes, -1 for none."""
        with reading(self._engine) as connection:
            version = connection.execute(
                sa.select(applied_versions.c.version).where(
                    applied_versions.c.feature_group == group
                )
            ).scalar_one_or_none()
        return -1 if version is None else version

    def records(
        self, tokens: Sequence[EmployeeToken]
    ) -> Iterator[tuple[EmployeeToken, int, int, dict[str, Any]]]:
        """Yield of these people token, event time and write time (microseconds), and values."""
        for token, event_time, write_time, record in quick_rows(self._engine, _READ, tokens):
            yield token, event_time, write_time, _UNPACK(record)

    def known(self, tokens: Sequence[EmployeeToken]) -> set[EmployeeToken]:
        """Return of whom of these people there is a row."""
        return {token for (token,) in quick_rows(self._engine, _KNOWN, tokens)}

    def newest(self, tokens: Iterable[str] | None, kinds: dict[str, pl.DataType]) -> pl.DataFrame:
        """Return both clocks and values of these people, or of everyone, by token.

        ``kinds`` are the value columns and their types.
        """
        frames = RecordFrames(kinds)
        query = sa.select(online_records).order_by(online_records.c.token)
        parts = [frames.frame([])]
        with reading(self._engine) as connection:
            for part in _parts(query, tokens):
                parts.extend(map(frames.frame, connection.execute(part).partitions(_CHUNK)))
        return pl.concat(parts).sort(TOKEN)

    def chunks(
        self, size: int, after: str, kinds: dict[str, pl.DataType]
    ) -> Iterator[pl.DataFrame]:
        """Yield everyone's newest features behind a token, by token, so many people at a time.

        Each is read by itself: no read is kept open while the caller works.
        """
        frames = RecordFrames(kinds)
        while True:
            rows = quick_all(self._engine, _READ_CHUNK, (after, size))
            if not rows:
                return
            after = rows[-1][0]
            yield frames.frame(rows)

    def tokens_between(self, after: str, last: str) -> set[str]:
        """Return whose token lies behind one and up to another."""
        token = online_records.c.token
        query = sa.select(token).where(token > after, token <= last)
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def count(self) -> int:
        """Return how many people there are."""
        return int(quick_row(self._engine, _COUNT)[0])

    def known_elsewhere(self, tokens: pl.Series) -> int:
        """Return how many people there are whose token is not in here."""
        known = set(tokens)
        with reading(self._engine) as connection:
            found = connection.execute(sa.select(online_records.c.token)).scalars()
            return sum(token not in known for token in found)

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new token, too."""
        with renaming(self._engine, renames) as connection:
            for table in _OF_PEOPLE:
                copy_afresh(connection, table)

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by the new token alone, in no file by the old one."""
        with renaming(self._engine, renames) as connection:
            for table in _OF_PEOPLE:
                move(connection, table)
        scrub(self._engine, *_OF_PEOPLE)

    def erase(self, token: str) -> int:
        """Remove a person, surely out of every file."""
        with writing(self._engine) as connection:
            gone = connection.execute(
                sa.delete(online_records).where(online_records.c.token == token)
            ).rowcount
            connection.execute(sa.delete(last_days).where(last_days.c.token == token))
        scrub(self._engine, *_OF_PEOPLE, surely=True)
        return gone

    def schema_toml(self, group: str) -> str | None:
        """Return the schema text the group was defined with."""
        row = quick_row(self._engine, _READ_SCHEMA, (group,))
        return None if row is None else row[0]

    def define(self, group: str, schema_toml: str) -> None:
        """Keep the schema text of the group."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(feature_groups).where(feature_groups.c.name == group))
            connection.execute(
                sa.insert(feature_groups).values(name=group, schema_toml=schema_toml)
            )


_READ = "SELECT token, event_time, write_time, record FROM online_records WHERE token IN "
_KNOWN = "SELECT token FROM online_records WHERE token IN "
_READ_CHUNK = (
    "SELECT token, event_time, write_time, record FROM online_records "
    "WHERE token > ? ORDER BY token LIMIT ?"
)
_COUNT = "SELECT count(*) FROM online_records"
_READ_SCHEMA = "SELECT schema_toml FROM feature_groups WHERE name = ?"
_UNPACK = msgspec.msgpack.Decoder(dict[str, Any]).decode


def _packed(rows: pl.DataFrame) -> Iterable[Sequence[tuple[Any, ...]]]:
    """Yield the newest row of each person in chunks, as the upsert takes them."""
    names = [name for name in rows.columns if name not in {TOKEN, EVENT_TIME, WRITE_TIME}]
    pack = msgspec.msgpack.Encoder().encode
    for chunk in newest_facts(rows).sort(TOKEN).iter_slices(_CHUNK):
        clocks = chunk.select(TOKEN, pl.col(EVENT_TIME, WRITE_TIME).dt.epoch("us"))
        values = chunk.select(names).with_columns(pl.col(pl.Date).dt.to_string("iso"))
        yield [
            (*clock, pack(dict(zip(names, row, strict=True))))
            for clock, row in zip(clocks.iter_rows(), values.iter_rows(), strict=True)
        ]


def note(connection: sa.Connection, group: str, version: int) -> None:
    """Note, in a transaction under way, that it includes the offline commits up to this one."""
    connection.execute(sa.delete(applied_versions).where(applied_versions.c.feature_group == group))
    connection.execute(sa.insert(applied_versions).values(feature_group=group, version=version))


def newer_wins(engine: sa.Engine, table: sa.Table) -> str:
    """Return the driver's insert that replaces a person's row unless that is newer."""
    statement = insert_into(engine.dialect, table)
    new = statement.excluded
    upsert: sa.Insert = statement.on_conflict_do_update(
        index_elements=[table.c.token],
        set_={column.name: new[column.name] for column in table.columns if column.name != TOKEN},
        where=sa.or_(
            new.event_time > table.c.event_time,
            sa.and_(
                new.event_time == table.c.event_time,
                new.write_time >= table.c.write_time,
            ),
        ),
    )
    return str(upsert.compile(dialect=engine.dialect))


def _parts(query: Any, tokens: Iterable[str] | None) -> list[Any]:
    if tokens is None:
        return [query]
    wanted = list(tokens)
    return [
        query.where(online_records.c.token.in_(wanted[start : start + _IN_LIMIT]))
        for start in range(0, len(wanted), _IN_LIMIT)
    ]
