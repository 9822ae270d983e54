"""Rows of a table that stand under two tokens for a while, and then under the new one alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import CHUNK
from stayline.adapters.embedded.database import writing
from stayline.adapters.embedded.portable_sql import insert_into

_RENAMES = sa.table("renames", sa.column("alias", sa.String), sa.column("token", sa.String))
_TOKENS = ("token", "manager")
"""Columns that name people."""


@contextmanager
def renaming(engine: sa.Engine, renames: pl.DataFrame) -> Iterator[sa.Connection]:
    """Give a write in which the other functions here know ``alias`` and ``token`` of everyone."""
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE renames (alias TEXT PRIMARY KEY, token TEXT, UNIQUE (token, alias))"
        )
        for chunk in renames.select("alias", "token").iter_slices(CHUNK):
            connection.exec_driver_sql("INSERT INTO renames VALUES (?, ?)", chunk.rows())
        yield connection
        connection.exec_driver_sql("DROP TABLE renames")


def copy_afresh(connection: sa.Connection, table: sa.Table) -> None:
    """Put every row that stands under an old token there under the new one, too.

    Before anybody uses new tokens: what stands under them comes from a rotation that was killed.
    """
    is_new = table.c.token.in_(sa.select(_RENAMES.c.token))
    connection.execute(sa.delete(table).where(is_new))
    _copy(connection, table)


def move(connection: sa.Connection, table: sa.Table) -> None:
    """Put every row that stands under an old token there under the new one alone.

    What stands under the new one stays, unless a write under the old token was newer.
    """
    if "write_time" in table.c:
        _drop_where_old_is_newer(connection, table)
    _copy(connection, table)
    connection.execute(sa.delete(table).where(table.c.token.in_(sa.select(_RENAMES.c.alias))))


def _copy(connection: sa.Connection, table: sa.Table) -> None:
    columns = [_renamed(column) if column.name in _TOKENS else column for column in table.c]
    is_old = table.c.token.in_(sa.select(_RENAMES.c.alias))
    rows = sa.select(*columns).where(is_old)
    known = [column.name for column in table.c]
    copied = insert_into(connection.dialect, table).from_select(known, rows)
    connection.execute(copied.on_conflict_do_nothing())


def _drop_where_old_is_newer(connection: sa.Connection, table: sa.Table) -> None:
    old = table.alias("old")
    clocks = sa.tuple_(old.c.event_time, old.c.write_time)
    is_outdated = (
        sa.select(sa.literal(1))
        .select_from(old.join(_RENAMES, old.c.token == _RENAMES.c.alias))
        .where(_RENAMES.c.token == table.c.token)
        .where(clocks > sa.tuple_(table.c.event_time, table.c.write_time))
    )
    connection.execute(sa.delete(table).where(is_outdated.exists()))


def _renamed(column: sa.Column[str]) -> sa.ColumnElement[str]:
    newer = sa.select(_RENAMES.c.token).where(_RENAMES.c.alias == column).scalar_subquery()
    return sa.func.coalesce(newer, column)
