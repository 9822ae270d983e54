"""A database in a file: SQLite with a write-ahead log, readable by its owner only."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stayline.adapters.embedded.database_kind import (
    BUSY_SECONDS,
    KEPT,
    KIND,
    WRITES,
    comes_true,
)
from stayline.adapters.embedded.database_versions import noted_version
from stayline.errors import StaylineError, StoreDamaged, StoreUnavailable

_DAMAGE = ("malformed", "not a database", "no such table", "no such column")
_PATIENCE_S = 1.0
_ROOM_KIB = 131_072
_LOG_PAGES = 4_000
"""16 MiB of log until SQLite brings it into the database: a page that many writes touch goes once.
SQLite's own 1,000 are reached several times a second under load."""


def sqlite_engine(path: Path) -> sa.Engine:
    """Return an engine on a file, made if missing. Raises `StoreUnavailable`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path)
    except OSError as error:
        raise StoreUnavailable(path.name, f"{error.strerror}.") from error
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    engine.update_execution_options(**{KIND: SqliteDatabase(path), KEPT: threading.local()})
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


class SqliteDatabase:
    """Deleted rows are overwritten in the database itself (``secure_delete``)."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, DBAPIError)

    def __init__(self, path: Path) -> None:
        self.store = path.name
        self._path = path

    def in_our_words(self, error: BaseException) -> StaylineError:
        """Return damage, unless it passes: a lock, a full disk, a file that cannot be read."""
        text = f"{error}."
        if isinstance(error, sqlite3.OperationalError) and not any(one in text for one in _DAMAGE):
            return StoreUnavailable(self.store, text)
        return StoreDamaged(self.store, text)

    def version(self, connection: sa.Connection) -> str | None:
        """Return the version of the tables."""
        known = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        ).scalar_one_or_none()
        return None if known is None else noted_version(connection)

    def prepare(self, connection: sa.Connection) -> None:
        """Do nothing: the file is there."""

    def finish(self, connection: sa.Connection) -> None:
        """Do nothing: the tables are as they are to be."""

    def scrub(self, engine: sa.Engine, tables: Sequence[sa.Table], *, patience_s: float) -> bool:
        """Empty the write-ahead file, which holds what was deleted in whichever table."""
        return comes_true(lambda: _empties_log(engine), patience_s=patience_s)

    def rewrite(self, engine: sa.Engine, *, patience_s: float) -> bool:
        """Write the file anew: readers go on meanwhile, writers wait.

        ``secure_delete`` overwrites rows that are deleted, but not the copies that SQLite leaves
        when it divides or joins pages.
        """
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM")
        return self.scrub(engine, (), patience_s=patience_s)

    def sync(self, engine: sa.Engine) -> None:
        """Have the disk keep the write-ahead file: SQLite leaves that to the next checkpoint.

        It carries no locks, so that opening it beside SQLite drops none.
        """
        with suppress(FileNotFoundError):  # then a checkpoint came first
            log = os.open(f"{self._path}-wal", os.O_RDONLY)
            try:
                os.fdatasync(log)
            finally:
                os.close(log)

    def damage(self, engine: sa.Engine) -> list[str]:
        """Return what SQLite's own check finds."""
        with engine.begin() as connection:
            rows = connection.execute(sa.text("PRAGMA quick_check")).scalars().all()
        return [f"{self.store}: {row}" for row in rows if row != "ok"]

    def problem(self, engine: sa.Engine) -> str | None:
        """Try a write that is undone, on the file opened anew.

        A connection from before would go on writing to a file that was removed.
        """
        try:
            with closing(
                sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode=rw",
                    uri=True,
                    timeout=_PATIENCE_S,
                    isolation_level=None,
                )
            ) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("CREATE TABLE tried (x)")
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            return f"{self.store}: {error}"
        return None


@contextmanager
def room_for_indexes(connection: sa.Connection) -> Iterator[None]:
    """Have SQLite hold the pages of indexes in memory while rows come in no order.

    Without, each page goes out and in many times, while nobody else can write.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_ROOM_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {usual}")


def _create(path: Path) -> None:
    """Make the file, readable by its owner only, unless it is there.

    A file that is there is never opened past SQLite: closing it would drop the locks that this
    process's other connections to it rely on, and another process could then spoil what they read.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    _use_write_ahead_log(connection)
    for pragma in ("synchronous=NORMAL", "secure_delete=ON", f"wal_autocheckpoint={_LOG_PAGES}"):
        connection.execute(f"PRAGMA {pragma}")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the log on; SQLite itself does not wait for whoever does so at the same time."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _empties_log(engine: sa.Engine) -> bool:
    with closing(engine.raw_connection()) as connection:
        busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
