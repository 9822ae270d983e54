"""What a database of ours must be able to do that SQLite and PostgreSQL do in different ways."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stayline.errors import StaylineError

KIND = "stayline_kind"
"""The option of an engine that tells of which kind its database is."""
KEPT = "stayline_kept"
"""The option of an engine that holds the connections for quick reads."""
WRITES = "stayline_writes"
"""The option of a connection that is about to write."""
BUSY_SECONDS = 10
"""How long one waits for whoever else writes, or reads what is to be removed."""


class DatabaseKind(Protocol):
    """One kind of database, on one engine's contents."""

    store: str
    """What the database is called in errors."""
    errors: tuple[type[Exception], ...]
    """What its driver raises, by itself and through SQLAlchemy."""

    def in_our_words(self, error: BaseException) -> StaylineError:
        """Return what a driver's error means, without any value of a row and without a password."""
        ...

    def version(self, connection: sa.Connection) -> str | None:
        """Return the version of the tables, None where there are none."""
        ...

    def prepare(self, connection: sa.Connection) -> None:
        """Make the place where the tables go, within the first write."""
        ...

    def finish(self, connection: sa.Connection) -> None:
        """Do what tables need that were made or changed, within the same write."""
        ...

    def scrub(self, engine: sa.Engine, tables: Sequence[sa.Table], *, patience_s: float) -> bool:
        """Take deleted rows of these tables out of all files; False where a reader keeps some."""
        ...

    def rewrite(self, engine: sa.Engine, *, patience_s: float) -> bool:
        """Write all tables anew; False where a reader keeps what was removed."""
        ...

    def sync(self, engine: sa.Engine) -> None:
        """Have the disk keep what was committed."""
        ...

    def damage(self, engine: sa.Engine) -> list[str]:
        """Return what a check of all contents finds."""
        ...

    def problem(self, engine: sa.Engine) -> str | None:
        """Return why it cannot be read and written just now."""
        ...


def kind_of(engine: sa.Engine) -> DatabaseKind:
    """Return of which kind an engine's database is."""
    kind: DatabaseKind = engine.get_execution_options()[KIND]
    return kind


@contextmanager
def driver_errors(engine: sa.Engine) -> Iterator[None]:
    """Put the errors of a database, or of its driver used past SQLAlchemy, into our words."""
    kind = kind_of(engine)
    try:
        yield
    except kind.errors as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise kind.in_our_words(cause or error) from error


def comes_true(asked: Callable[[], bool], *, patience_s: float) -> bool:
    """Ask until something is so; False where it is not so until patience ends."""
    until = time.monotonic() + patience_s
    while not asked():
        if time.monotonic() >= until:
            return False
        time.sleep(0.01)
    return True
