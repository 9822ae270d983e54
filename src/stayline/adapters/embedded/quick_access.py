"""Reads and small writes before every prediction, past SQLAlchemy.

Its statements and its pool would cost several times the read itself; so each thread keeps a
connection of its own for these. On PostgreSQL `QuickConnections` stand in the place of that one.
"""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stayline.adapters.embedded.database_kind import BUSY_SECONDS, KEPT, driver_errors

if TYPE_CHECKING:
    from stayline.adapters.embedded.postgres_quick import QuickConnections

_MOST_KEYS = 500


def quick_row(engine: sa.Engine, statement: str, parameters: tuple[object, ...] = ()) -> Any:
    """Return the first row of a driver's statement, None without one."""
    try:
        return _kept_connection(engine).execute(statement, parameters).fetchone()
    except (DBAPIError, sqlite3.Error):
        with driver_errors(engine):
            raise


def quick_all(engine: sa.Engine, statement: str, parameters: tuple[object, ...] = ()) -> list[Any]:
    """Return all rows of a driver's statement."""
    try:
        return _kept_connection(engine).execute(statement, parameters).fetchall()
    except (DBAPIError, sqlite3.Error):
        with driver_errors(engine):
            raise


def quick_rows(
    engine: sa.Engine,
    statement: str,
    keys: Sequence[str],
    parameters: tuple[object, ...] = (),
) -> list[Any]:
    """Return all rows of a driver's statement that ends in ``IN``, read as `quick_row` reads.

    The ``keys`` are what follows; their order is not that of the rows.
    """
    found: list[Any] = []
    try:
        connection = _kept_connection(engine)
        if not isinstance(connection, sqlite3.Connection):
            return connection.rows(statement, keys, parameters)
        for start in range(0, len(keys), _MOST_KEYS):
            some = keys[start : start + _MOST_KEYS]
            marks = "(" + ",".join("?" * len(some)) + ")"
            found += connection.execute(statement + marks, (*parameters, *some)).fetchall()
    except (DBAPIError, sqlite3.Error):
        with driver_errors(engine):
            raise
    return found


def quick_write(
    engine: sa.Engine, statement: str, rows: Sequence[tuple[object, ...]], *, patience_ms: int
) -> bool:
    """Execute a driver's statement for all rows or none; return False where others write.

    For writes that a request must not wait for, by the connection of `quick_row`.
    """
    try:
        connection = _kept_connection(engine)
        if not isinstance(connection, sqlite3.Connection):
            return connection.write(statement, rows, patience_ms=patience_ms)
        if not _begun(connection, patience_ms):
            return False
        try:
            connection.executemany(statement, rows)
            connection.execute("COMMIT")
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
    except (DBAPIError, sqlite3.Error):
        with driver_errors(engine):
            raise
    return True


def _begun(connection: sqlite3.Connection, patience_ms: int) -> bool:
    """Take the write lock, or give up after a moment."""
    connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return True


def _kept_connection(engine: sa.Engine) -> "sqlite3.Connection | QuickConnections":
    kept = engine.get_execution_options()[KEPT]
    try:
        connection: sqlite3.Connection | QuickConnections = kept.connection
    except AttributeError:
        kept.owner = engine.raw_connection()  # closes the connection once the thread is gone
        kept.owner.detach()
        connection = kept.connection = kept.owner.dbapi_connection
    return connection
