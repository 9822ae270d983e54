"""The online side of the feature store: one row a person, packed, for reads in microseconds."""

import threading
from collections.abc import Iterable
from typing import Any

import msgspec
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import (
    applied_versions,
    feature_groups,
    online_records,
)
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

_CHUNK = 20_000
_IN_LIMIT = 500


class OnlineFeatures:
    """Keeps the newest record of each person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._upsert = str(_newer_wins(engine).compile(dialect=engine.dialect))

    def put(self, group: str, rows: pl.DataFrame, *, version: int) -> None:
        """Keep the newest row of each person, and note which offline commit is now included."""
        newest = rows.sort(EVENT_TIME, WRITE_TIME).unique(TOKEN, keep="last", maintain_order=True)
        names = [name for name in rows.columns if name not in {TOKEN, EVENT_TIME, WRITE_TIME}]
        clocks = newest.select(TOKEN, *(pl.col(c).dt.epoch("us") for c in (EVENT_TIME, WRITE_TIME)))
        values = newest.select(names).with_columns(pl.col(pl.Date).dt.to_string("iso"))
        pack = msgspec.msgpack.Encoder().encode
        with writing(self._engine) as connection:
            for start in range(0, newest.height, _CHUNK):
                chunk = [
                    (*clock, pack(dict(zip(names, row, strict=True))))
                    for clock, row in zip(
                        clocks.slice(start, _CHUNK).iter_rows(),
                        values.slice(start, _CHUNK).iter_rows(),
                        strict=True,
                    )
                ]
                connection.exec_driver_sql(self._upsert, chunk)
            connection.execute(
                sa.delete(applied_versions).where(applied_versions.c.feature_group == group)
            )
            connection.execute(
                sa.insert(applied_versions).values(feature_group=group, version=version)
            )

    def applied_version(self, group: str) -> int:
        """Return the offline commit that the online side includes, -1 for none."""
        with reading(self._engine) as connection:
            version = connection.execute(
                sa.select(applied_versions.c.version).where(
                    applied_versions.c.feature_group == group
                )
            ).scalar_one_or_none()
        return -1 if version is None else version

    def get(self, token: str) -> tuple[int, dict[str, Any]] | None:
        """Return a person's event time (microseconds) and values.

        Reads on a driver connection kept per thread: the statement machinery would cost ten times
        the read itself.
        """
        row = self._cursor().execute(_READ, (token,)).fetchone()
        return None if row is None else (row[0], msgspec.msgpack.decode(row[1]))

    def newest(self, tokens: Iterable[str] | None) -> list[tuple[str, int, int, dict[str, Any]]]:
        """Return token, event time, write time and values of these people, or of everyone."""
        unpack = msgspec.msgpack.Decoder(dict[str, Any]).decode
        query = sa.select(online_records).order_by(online_records.c.token)
        found: list[tuple[str, int, int, dict[str, Any]]] = []
        with reading(self._engine) as connection:
            for part in _parts(query, tokens):
                rows = connection.execute(part)
                found += [(r.token, r.event_time, r.write_time, unpack(r.record)) for r in rows]
        return found

    def erase(self, token: str) -> int:
        """Remove a person, also from the write-ahead file."""
        with writing(self._engine) as connection:
            gone = connection.execute(
                sa.delete(online_records).where(online_records.c.token == token)
            ).rowcount
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def schema_toml(self, group: str) -> str | None:
        """Return the schema text the group was defined with."""
        with reading(self._engine) as connection:
            return connection.execute(
                sa.select(feature_groups.c.schema_toml).where(feature_groups.c.name == group)
            ).scalar_one_or_none()

    def define(self, group: str, schema_toml: str) -> None:
        """Keep the schema text of the group."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(feature_groups).where(feature_groups.c.name == group))
            connection.execute(
                sa.insert(feature_groups).values(name=group, schema_toml=schema_toml)
            )

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            self._local.connection = self._engine.raw_connection()
            cursor = self._local.cursor = self._local.connection.cursor()
        return cursor


_READ = "SELECT event_time, record FROM online_records WHERE token = ?"


def _newer_wins(engine: sa.Engine) -> sa.Insert:
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(online_records)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[online_records.c.token],
        set_={name: new[name] for name in ("event_time", "write_time", "record")},
        where=sa.or_(
            new.event_time > online_records.c.event_time,
            sa.and_(
                new.event_time == online_records.c.event_time,
                new.write_time >= online_records.c.write_time,
            ),
        ),
    )


def _parts(query: Any, tokens: Iterable[str] | None) -> list[Any]:
    if tokens is None:
        return [query]
    wanted = list(tokens)
    return [
        query.where(online_records.c.token.in_(wanted[start : start + _IN_LIMIT]))
        for start in range(0, len(wanted), _IN_LIMIT)
    ]
