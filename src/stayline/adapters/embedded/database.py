"""Use a database of ours: one consistent read, one writer at a time, errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from stayline.adapters.embedded.database_kind import BUSY_SECONDS, WRITES, driver_errors, kind_of
from stayline.adapters.embedded.database_versions import (
    HEADS,
    VERSIONS,
    DatabaseName,
    bring_up_to_date,
)
from stayline.errors import SettingRefused, StoreUnavailable

_KEPT_BY_A_READ = "a long read keeps erased rows in its files."


def open_of_home(home: Path, name: DatabaseName, url: str = "") -> sa.Engine:
    """Return an engine on a database of a home: a file in it, or a schema of the ``url``'s."""
    if not url:
        return open_database(home / f"{name}.db", name)
    if find_spec("psycopg") is None:
        expected = "empty, or PostgreSQL's driver to be there: `pip install 'stayline[postgres]'`"
        raise SettingRefused("database_url", "not shown here", expected)
    from stayline.adapters.embedded.postgres_database import postgres_engine

    return _at_head(postgres_engine(url, name), name)


def open_database(path: Path, name: DatabaseName) -> sa.Engine:
    """Return an engine on the database file, at the newest version of its tables.

    The file is readable by its owner only. Safe when two processes open a new home at once. Raises
    `StoreDamaged` for a file that is no database and `StoreUnavailable` for one that cannot be
    used, for example because a newer Stayline made it.
    """
    from stayline.adapters.embedded.sqlite_database import sqlite_engine

    return _at_head(sqlite_engine(path), name)


def _at_head(engine: sa.Engine, name: DatabaseName) -> sa.Engine:
    """Make or upgrade under the write lock: who comes second finds the work done."""
    kind = kind_of(engine)
    try:
        with reading(engine) as connection:
            version = kind.version(connection)
        if version not in (None, *VERSIONS[name]):
            raise StoreUnavailable(kind.store, f"its tables are of version {version!r}, not ours.")
        if version != HEADS[name]:
            with writing(engine) as connection:
                kind.prepare(connection)
                bring_up_to_date(connection, name, kind.version(connection))
                kind.finish(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees one consistent state."""
    with driver_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection whose changes land together or not at all; one writer at a time."""
    with (
        driver_errors(engine),
        engine.execution_options(**{WRITES: True}).begin() as connection,
    ):
        yield connection


def scrub(engine: sa.Engine, *tables: sa.Table, surely: bool = False) -> None:
    """See to it that rows deleted from these tables are in no file of the database any more.

    Where somebody reads for so long that some must stay, ``surely`` raises `StoreUnavailable`;
    without, what is written anew later (`rewrite`) takes them out.
    """
    kind = kind_of(engine)
    with driver_errors(engine):
        is_gone = kind.scrub(engine, tables, patience_s=BUSY_SECONDS if surely else 0)
    if surely and not is_gone:
        raise StoreUnavailable(kind.store, _KEPT_BY_A_READ)


def rewrite(engine: sa.Engine) -> None:
    """Write a database anew, so that no page holds a copy of a row that was removed.

    Raises `StoreUnavailable` when somebody reads for so long that removed rows have to be kept.
    """
    kind = kind_of(engine)
    with driver_errors(engine):
        is_gone = kind.rewrite(engine, patience_s=BUSY_SECONDS)
    if not is_gone:
        raise StoreUnavailable(kind.store, _KEPT_BY_A_READ)


def sync(engine: sa.Engine) -> None:
    """Have the disk keep what was committed, so that a power cut cannot take it."""
    with driver_errors(engine):
        kind_of(engine).sync(engine)


def damage(engine: sa.Engine) -> list[str]:
    """Return what the database's own integrity check finds, empty when it is whole."""
    with driver_errors(engine):
        return kind_of(engine).damage(engine)
