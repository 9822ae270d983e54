"""Open an embedded database: made if missing, migrated if old, its errors put into our words."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stayline.errors import StoreDamaged, StoreUnavailable

DatabaseName = Literal["state", "directory", "protected", "online"]
_VERSIONS: dict[DatabaseName, tuple[str, ...]] = {
    "state": tuple(f"state_{number:04}" for number in range(1, 20)),
    "directory": ("directory_0001",),
    "protected": ("protected_0001",),
    "online": ("online_0001", "online_0002"),
}
HEADS: dict[DatabaseName, str] = {name: versions[-1] for name, versions in _VERSIONS.items()}
_DAMAGE = ("malformed", "not a database", "no such table", "no such column")
BUSY_SECONDS = 10
KEPT = "stayline_kept"
"""The option of an engine that holds each thread's connection for quick reads."""


def open_database(path: Path, name: DatabaseName) -> sa.Engine:
    """Return an engine on the database file, at the newest version of its tables.

    The file is readable by its owner only. Safe when two processes open a new home at once. Raises
    `StoreDamaged` for a file that is no database and `StoreUnavailable` for one that cannot be
    used, for example because a newer Stayline made it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path)
    except OSError as error:
        raise StoreUnavailable(path.name, f"{error.strerror}.") from error
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    engine.update_execution_options(**{KEPT: threading.local()})
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    with _our_errors(path.name):
        version = _version(engine)
        if version not in (None, *_VERSIONS[name]):
            raise StoreUnavailable(path.name, f"its tables are of version {version!r}, not ours.")
        if version != HEADS[name]:
            _migrate(engine, name)
    return engine


def _create(path: Path) -> None:
    """Make the file, readable by its owner only, unless it is there.

    A file that is there is never opened past SQLite: closing it would drop the locks that this
    process's other connections to it rely on, and another process could then spoil what they read.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees one consistent state."""
    with _our_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection whose changes land together or not at all; one writer at a time."""
    with (
        _our_errors(engine),
        engine.execution_options(stayline_writes=True).begin() as connection,
    ):
        yield connection


def scrub(engine: sa.Engine) -> None:
    """Empty the write-ahead file, so that what was erased is in no file any more.

    Deleted rows are overwritten in the database itself (``secure_delete``).
    """
    with _our_errors(engine), engine.connect() as connection:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def rewrite(engine: sa.Engine) -> None:
    """Write a database anew, so that no page holds a copy of a row that was removed.

    ``secure_delete`` overwrites rows that are deleted, but not the copies that SQLite leaves when
    it divides or joins pages. Readers go on meanwhile, writers wait. Raises `StoreUnavailable` when
    somebody reads for so long that the write-ahead file cannot be emptied.
    """
    name = _file_name(engine)
    with _our_errors(engine), closing(engine.raw_connection()) as connection:
        raw = connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            return
        raw.execute("VACUUM")
        until = time.monotonic() + BUSY_SECONDS
        while raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise StoreUnavailable(name, "a long read keeps erased rows in its log.")
            time.sleep(0.01)


def changes(connection: sa.Connection) -> int:
    """Return how many rows this connection has changed so far."""
    return int(connection.execute(sa.text("SELECT total_changes()")).scalar_one())


@contextmanager
def driver_errors(engine: sa.Engine) -> Iterator[None]:
    """Put the errors of a driver connection, used past SQLAlchemy for speed, into our words."""
    with _our_errors(engine):
        try:
            yield
        except sqlite3.Error as error:
            raise DBAPIError.instance("", None, error, sqlite3.Error) from error


def damage(engine: sa.Engine) -> list[str]:
    """Return what the database's own integrity check finds, empty when it is whole."""
    with reading(engine) as connection:
        rows = connection.execute(sa.text("PRAGMA quick_check")).scalars().all()
    return [f"{_file_name(engine)}: {row}" for row in rows if row != "ok"]


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    _use_write_ahead_log(connection)
    for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
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
    writes = connection.get_execution_options().get("stayline_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(engine: sa.Engine) -> str | None:
    with engine.begin() as connection:
        known = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        ).scalar_one_or_none()
        if known is None:
            return None
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return version.scalar_one_or_none()


def _migrate(engine: sa.Engine, name: DatabaseName) -> None:
    """Upgrade under the write lock: who comes second finds the work done."""
    from alembic import command
    from alembic.config import Config

    migrations = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("version_locations", str(migrations / name))
    config.set_main_option("path_separator", "os")
    with engine.execution_options(stayline_writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _our_errors(store: str | sa.Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        store = store if isinstance(store, str) else _file_name(store)
        cause = error.orig if isinstance(error, DBAPIError) else error
        text = f"{cause}."
        is_passing = isinstance(cause, sqlite3.OperationalError)
        if is_passing and not any(word in text for word in _DAMAGE):
            raise StoreUnavailable(store, text) from error
        raise StoreDamaged(store, text) from error


def _file_name(engine: sa.Engine) -> str:
    return Path(engine.url.database or "database").name
