"""Locks by name that all gateways of one database share; a killed process lets go of its own."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stayline.adapters.embedded.database_kind import driver_errors
from stayline.errors import StoreDamaged, StoreUnavailable

LOOKS_EVERY_S = 1.0
"""How often a holder looks whether the database still knows of its lock."""
RETRY_S = 0.25
GRACE_S = 5.0
"""How long a lock that its holder did not give back is left to that holder."""
_POLL_S = 0.2
_TAKE = "SELECT pg_try_advisory_lock(%s)"
_TAKE_SHARED = "SELECT pg_try_advisory_lock_shared(%s)"
_GIVE_BACK = "SELECT pg_advisory_unlock_all()"
_LEFT = "SELECT 1 FROM shared_locks WHERE name = %s AND NOT (is_shared AND %s)"
_MINE = "SELECT 1 FROM shared_locks WHERE name = %s AND holder = %s"
_CLEAR = "DELETE FROM shared_locks WHERE name = %s AND NOT (is_shared AND %s)"
_NOTE = "INSERT INTO shared_locks (name, holder, is_shared) VALUES (%s, %s, %s)"
_FORGET = "DELETE FROM shared_locks WHERE name = %s AND holder = %s"
_HOLDERS = """
    SELECT 1 FROM pg_locks JOIN pg_database ON pg_locks.database = pg_database.oid
    WHERE locktype = 'advisory' AND granted AND datname = current_database()
        AND classid = %s AND objid = %s AND objsubid = 1
"""
_log = logging.getLogger(__name__)


class SharedLocks:
    """PostgreSQL's advisory locks, each held by a connection of its own.

    The server lets go of a lock when the connection ends, as it does with its process. A server
    that is restarted forgets its locks while their holders go on, and each takes its own again
    within a second. So a lock is noted in a table, too, until it is given back: one that is free
    and still noted is another's for `GRACE_S` more, and then its holder was killed.

    Files have locks of their own, so that on SQLite these are always free.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def held(self, name: str, *, is_shared: bool = False, is_noted: bool = True) -> Iterator[bool]:
        """Hold a lock during the block; gives False, and holds nothing, where another holds it.

        What is held for a moment only need not be noted.
        """
        if not is_shared_by_gateways(self._engine):
            yield True
            return
        lock = _Lock(self._engine, name, is_shared=is_shared, is_noted=is_noted)
        if not lock.take():
            yield False
            return
        done = threading.Event()
        keeper = threading.Thread(target=lock.keep, args=(done,), name="stayline-lock", daemon=True)
        keeper.start()
        try:
            yield True
        finally:
            done.set()
            keeper.join()
            lock.give_back()

    @contextmanager
    def awaited(self, name: str, *, is_shared: bool = False) -> Iterator[None]:
        """Hold a lock for a moment, once nobody else does."""
        while True:
            with self.held(name, is_shared=is_shared, is_noted=False) as is_mine:
                if is_mine:
                    yield
                    return
            time.sleep(_POLL_S)

    def is_held(self, name: str) -> bool:
        """Tell whether a living process holds a lock."""
        if not is_shared_by_gateways(self._engine):
            return False
        unsigned = _key(name) % (1 << 64)
        halves = (unsigned >> 32, unsigned % (1 << 32))
        with driver_errors(self._engine), closing(_connected(self._engine)) as connection:
            return connection.execute(_HOLDERS, halves).fetchone() is not None


def is_shared_by_gateways(engine: sa.Engine) -> bool:
    """Whether a database is one of a server, and not a file of this home."""
    return engine.dialect.name != "sqlite"


class SharedFolderLocks:
    """One writer at a time, and no file removed while someone reads, over all gateways."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._locks = SharedLocks(engine)
        self._name = name

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait until nobody else writes."""
        with self._locks.awaited(f"{self._name}, writer"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep every file in place meanwhile."""
        with self._locks.awaited(f"{self._name}, files", is_shared=True):
            yield

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Wait until nobody reads."""
        with self._locks.awaited(f"{self._name}, files"):
            yield


class _Lock:
    """One lock and the connection that holds it."""

    def __init__(self, engine: sa.Engine, name: str, *, is_shared: bool, is_noted: bool) -> None:
        self._engine = engine
        self._name = name
        self._is_shared = is_shared
        self._is_noted = is_noted
        self._holder = uuid4().hex
        self._connection: Any = None

    def take(self) -> bool:
        """Take the lock if it is free; raises `StoreUnavailable`."""
        with driver_errors(self._engine):
            self._connection = _connected(self._engine)
            try:
                is_taken = self._is_taken()
                if is_taken and self._is_noted:
                    if self._is_left():
                        self._connection.execute(_GIVE_BACK)
                        time.sleep(GRACE_S)
                        is_taken = self._is_taken()
                    if is_taken:
                        self._note()
            except BaseException:
                self._close()
                raise
        if not is_taken:
            self._close()
        return is_taken

    def keep(self, done: threading.Event) -> None:
        """Take the lock again whenever its connection ended, until it is not needed any more."""
        pause = LOOKS_EVERY_S
        while not done.wait(pause):
            try:
                with driver_errors(self._engine):
                    is_held = self._is_held_again()
                pause = LOOKS_EVERY_S if is_held else RETRY_S
            except StoreUnavailable:
                self._close()
                pause = RETRY_S
            except StoreDamaged as error:
                _log.error("Lock %r was lost: %s", self._name, error)
                return

    def give_back(self) -> None:
        """Let go in good order; the server does it for whoever cannot any more."""
        with suppress(StoreUnavailable, StoreDamaged), driver_errors(self._engine):
            if self._connection is not None and self._is_noted:
                self._connection.execute(_FORGET, (self._name, self._holder))
        self._close()

    def _is_held_again(self) -> bool:
        """Make sure of the connection; False while somebody else looks at the lock.

        Raises `StoreDamaged` where somebody took it for good.
        """
        if self._connection is not None:
            self._connection.execute("SELECT 1")
            return True
        self._connection = _connected(self._engine)
        if self._is_taken():
            return True
        is_mine = not self._is_noted or self._is_noted_as_mine()
        self._close()
        if not is_mine:
            raise StoreDamaged(self._name, "another process took it.")
        return False

    def _is_noted_as_mine(self) -> bool:
        noted = self._connection.execute(_MINE, (self._name, self._holder))
        return noted.fetchone() is not None

    def _is_taken(self) -> bool:
        statement = _TAKE_SHARED if self._is_shared else _TAKE
        return bool(self._connection.execute(statement, (_key(self._name),)).fetchone()[0])

    def _is_left(self) -> bool:
        """Whether it is free because its holder was killed, or because the server was."""
        left = self._connection.execute(_LEFT, (self._name, self._is_shared))
        return left.fetchone() is not None

    def _note(self) -> None:
        self._connection.execute(_CLEAR, (self._name, self._is_shared))
        self._connection.execute(_NOTE, (self._name, self._holder, self._is_shared))

    def _close(self) -> None:
        """Let go of the lock at once: the server sees the end of the connection a moment later."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # one that broke has nothing left to let go of
                connection.execute(_GIVE_BACK)
            with suppress(Exception):
                connection.close()


def _connected(engine: sa.Engine) -> Any:
    """Return a connection of the driver, outside the pool."""
    try:
        kept = engine.raw_connection()
    except DBAPIError as error:
        raise error.orig or error from error
    connection: Any = kept.driver_connection
    kept.detach()
    connection.autocommit = True
    return connection


def _key(name: str) -> int:
    """Return the number that PostgreSQL knows a lock by."""
    digest = blake2b(f"stayline {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
