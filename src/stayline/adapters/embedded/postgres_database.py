"""A schema of a PostgreSQL database, which several gateways may share."""

import weakref
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from stayline.adapters.embedded.database_kind import (
    BUSY_SECONDS,
    KEPT,
    KIND,
    WRITES,
    comes_true,
)
from stayline.adapters.embedded.database_versions import HEADS, DatabaseName, noted_version
from stayline.adapters.embedded.postgres_quick import QuickConnections, in_its_words
from stayline.adapters.embedded.postgres_reach import Reach
from stayline.adapters.embedded.postgres_text import keep_any_text
from stayline.adapters.embedded.postgres_url import postgres_url
from stayline.errors import DatabaseAway, StaylineError, StoreDamaged, StoreUnavailable

LOCKS = 5_728_196
"""The first number of all our advisory locks, so that no other program's are taken for ours."""
_WAITING = {"connect_timeout": 3, "tcp_user_timeout": 3000}
"""For how long a machine that is gone is waited for, once: in seconds and milliseconds."""
_MISSED = (
    "SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; "
    "SET tcp_keepalives_count TO 4; SET tcp_user_timeout TO 30000"
)
"""After how long the server takes our machine for gone: half a minute, where it would be hours.

Until then it keeps what such a machine held, the right to write among it.
"""
_POOL = {"pool_size": 2, "max_overflow": 14, "pool_timeout": BUSY_SECONDS, "pool_pre_ping": True}
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_TRIED = "UPDATE alembic_version SET version_num = version_num"
_TRY_MS = 1000
_USUAL_WAIT = f"SET lock_timeout TO {BUSY_SECONDS * 1000}"
_ONLY_ADDED_TO = frozenset({"audit_events", "alembic_version"})
"""Tables whose rows nobody removes or changes, so that their files hold no earlier ones."""
_NO_STATISTICS = (sa.String, sa.LargeBinary)
_OLDER_READS = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND datname = current_database()
    AND pid <> pg_backend_pid() AND age(backend_xmin) > age(%s::xid)
"""
_NOT_NOW = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.InsufficientPrivilege,
    errors.ReadOnlySqlTransaction,
    NoneFree,
)
_SHUT_DOWN = ("08", "57P")
"""How the codes begin of connections that are lost, and of a server that stops or starts."""


def postgres_engine(url: str, name: DatabaseName) -> sa.Engine:
    """Return an engine on one schema. Raises `SettingRefused` for a URL that is not such a one."""
    place = postgres_url(url)
    waiting = {key: value for key, value in _WAITING.items() if key not in place.query}
    engine = sa.create_engine(
        place,
        connect_args={"application_name": "stayline", "client_encoding": "utf8", **waiting},
        isolation_level="AUTOCOMMIT",  # the driver's: what begins a transaction is said below
        paramstyle="format",
        use_native_hstore=False,
        hide_parameters=True,
        **_POOL,
    )
    kind = PostgresDatabase(name)
    quick = QuickConnections(engine, kind.begin_writing)
    engine.update_execution_options(**{KIND: kind, KEPT: quick})
    sa.event.listen(engine, "do_connect", Reach().connect)
    sa.event.listen(engine, "connect", kind.configure)
    sa.event.listen(engine, "begin", kind.begin)
    sa.event.listen(engine, "before_cursor_execute", _raw_in_its_words, retval=True)
    sa.event.listen(engine, "engine_disposed", lambda _: quick.close())
    weakref.finalize(engine, engine.pool.dispose).atexit = False
    return engine


class PostgresDatabase:
    """Deleted rows stay in a table's file until the table is written anew (``VACUUM FULL``).

    The server's own log and its backups are not ours to clean.
    """

    errors: tuple[type[Exception], ...] = (psycopg.Error, NoneFree, DBAPIError)

    def __init__(self, name: DatabaseName) -> None:
        self.store = f"The database's schema {name}"
        self._name = name
        self._lock = f"{LOCKS}, {sorted(HEADS).index(name)}"

    def configure(self, raw: Any, _record: object) -> None:
        """Let statements mean this schema, and nobody wait for long: for locks, or for us."""
        keep_any_text(raw)
        raw.execute(f"SET search_path TO {self._name}; {_USUAL_WAIT}; {_MISSED}", prepare=False)

    def begin(self, connection: sa.Connection) -> None:
        """Begin a transaction, as SQLAlchemy is about to do so."""
        writes = connection.get_execution_options().get(WRITES, False)
        raw: Any = connection.connection.driver_connection
        raw.execute(self.begin_writing() if writes else _READ, prepare=False)

    def begin_writing(self, patience_ms: int | None = None) -> str:
        """Return what begins a write, after those of all others; it sees what they committed."""
        patience = "" if patience_ms is None else f"SET LOCAL lock_timeout TO {patience_ms}; "
        return f"{_WRITE}; {patience}SELECT pg_advisory_xact_lock({self._lock})"

    def in_our_words(self, error: BaseException) -> StaylineError:
        """Return damage, unless it passes: a lock, a full disk, a server that is away."""
        text = f"{_first_line(error)}."
        if _is_cut_off(error):
            return DatabaseAway(text)
        if isinstance(error, _NOT_NOW):
            return StoreUnavailable(self.store, text)
        return StoreDamaged(self.store, text)

    def version(self, connection: sa.Connection) -> str | None:
        """Return the version of the tables."""
        known = sa.select(sa.func.to_regclass(f"{self._name}.alembic_version"))
        return None if connection.scalar(known) is None else noted_version(connection)

    def prepare(self, connection: sa.Connection) -> None:
        """Make the schema; a role that may not is not asked to where it is there."""
        if connection.scalar(sa.select(sa.func.to_regnamespace(self._name))) is None:
            connection.exec_driver_sql(f"CREATE SCHEMA {self._name}")

    def finish(self, connection: sa.Connection) -> None:
        """Have no statistics taken of texts: they hold values, and outlive the rows they are of."""
        for table in self._tables():
            texts = [one.name for one in table.columns if isinstance(one.type, _NO_STATISTICS)]
            if texts:
                of_none = ", ".join(f'ALTER COLUMN "{name}" SET STATISTICS 0' for name in texts)
                connection.exec_driver_sql(f"ALTER TABLE {self._name}.{table.name} {of_none}")

    def scrub(self, engine: sa.Engine, tables: Sequence[sa.Table], *, patience_s: float) -> bool:
        """Write these tables anew, once nobody reads who may still see what was deleted."""
        with closing(engine.raw_connection()) as connection:
            raw: Any = connection.driver_connection
            now = raw.execute("SELECT pg_current_xact_id()::xid").fetchone()

            def is_past() -> bool:
                return bool(raw.execute(_OLDER_READS, now).fetchone() == (0,))

            def is_written_anew(table: sa.Table) -> bool:
                try:  # not for long: who comes to read the table meanwhile waits behind us
                    raw.execute(f"SET lock_timeout TO {_TRY_MS}")
                    raw.execute(f"VACUUM (FULL) {self._name}.{table.name}", prepare=False)
                except errors.LockNotAvailable:
                    return False
                finally:
                    raw.execute(_USUAL_WAIT)
                return True

            is_gone = comes_true(is_past, patience_s=patience_s)
            for table in tables:
                is_gone &= comes_true(partial(is_written_anew, table), patience_s=patience_s)
        return is_gone

    def rewrite(self, engine: sa.Engine, *, patience_s: float) -> bool:
        """Write all tables anew, one after the other; who reads one waits for it."""
        changed = [table for table in self._tables() if table.name not in _ONLY_ADDED_TO]
        return self.scrub(engine, changed, patience_s=patience_s)

    def sync(self, engine: sa.Engine) -> None:
        """Do nothing: the server answers a commit once it is on disk."""

    def damage(self, engine: sa.Engine) -> list[str]:
        """Return which tables are not there, or have a row that cannot be read."""
        found = []
        with closing(engine.raw_connection()) as connection:
            raw: Any = connection.driver_connection
            for table in self._tables():
                try:
                    raw.execute(f"SELECT count(t::text) FROM {self._name}.{table.name} AS t")  # noqa: S608  (names of ours)
                except psycopg.Error as error:
                    if isinstance(error, _NOT_NOW):
                        raise
                    found.append(f"{self._name}.{table.name}: {_first_line(error)}")
        return found

    def problem(self, engine: sa.Engine) -> str | None:
        """Try a write that is undone."""
        try:
            with closing(engine.raw_connection()) as connection:
                raw: Any = connection.driver_connection
                raw.execute(f"{self.begin_writing(_TRY_MS)}; {_TRIED}; ROLLBACK", prepare=False)
        except self.errors as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            return f"{self.store}: {_first_line(cause or error)}"
        return None

    def _tables(self) -> list[sa.Table]:
        from stayline.adapters.embedded.newest_tables import METADATA

        return METADATA[self._name].sorted_tables


def _first_line(error: BaseException) -> str:
    """Return what an error says first: behind that it tells values of rows."""
    if isinstance(error, NoneFree):
        return "all connections to it are in use"
    words = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return words or (str(error).strip().splitlines() or ["it gave no reason"])[0].strip()


def _is_cut_off(error: BaseException) -> bool:
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate.startswith(_SHUT_DOWN)
    return isinstance(error, psycopg.InterfaceError)


def _raw_in_its_words(
    _connection: sa.Connection,
    _cursor: object,
    statement: str,
    parameters: Any,
    context: sa.engine.default.DefaultExecutionContext | None,
    _many: bool,
) -> tuple[str, Any]:
    is_ours = context is None or context.compiled is None
    return (in_its_words(statement) if is_ours else statement), parameters
