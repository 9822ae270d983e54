"""Quick reads and small writes on PostgreSQL: one statement, one message there and back."""

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Self, TypeVar, cast

import psycopg
import sqlalchemy as sa
from psycopg.errors import LockNotAvailable

from stayline.adapters.embedded.database_kind import driver_errors

_MOST_KEPT = 8
_Raw = psycopg.Connection[tuple[Any, ...]]
_Told = TypeVar("_Told")


@lru_cache(maxsize=256)
def in_its_words(statement: str) -> str:
    """Return a statement of ours, which marks its parameters as SQLite does, as psycopg has it."""
    return statement.replace("?", "%s")


class QuickConnections:
    """Connections outside of transactions, each kept for whoever asks next.

    One that turns out to be broken goes with all others that were kept, since the server was
    started anew; what was asked is asked once more on a new one.
    """

    def __init__(self, engine: sa.Engine, begin_writing: Callable[[int], str]) -> None:
        """Keep connections of an engine; ``begin_writing`` begins a write, waiting so many ms."""
        self._engine = engine
        self._begin_writing = begin_writing
        self._kept: deque[_Raw] = deque()
        weakref.finalize(self, _close_all, self._kept).atexit = False

    @property
    def connection(self) -> Self:
        """Stand where a thread's own connection is kept to execute a statement on."""
        return self

    def execute(
        self, statement: str, parameters: Sequence[object] = ()
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """Execute one statement; the cursor has all its rows."""
        words = in_its_words(statement)
        return self._on_one(lambda raw: raw.execute(words, parameters, prepare=True))

    def rows(
        self, statement: str, keys: Sequence[str], parameters: Sequence[object]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that ends in ``IN``; the keys are what follows."""
        if not keys:
            return []
        of_these = statement.removesuffix("IN ") + "= ANY(?)"
        return self.execute(of_these, (*parameters, list(keys))).fetchall()

    def write(
        self, statement: str, rows: Sequence[tuple[object, ...]], *, patience_ms: int
    ) -> bool:
        """Execute a statement for all rows or none; return False where others write.

        One that changes nothing when it is executed again: its answer may be lost.
        """
        begin, words = self._begin_writing(patience_ms), in_its_words(statement)

        def write(raw: _Raw) -> bool:
            try:
                raw.execute(begin, prepare=False)
                raw.cursor().executemany(words, rows)
                raw.commit()
            except LockNotAvailable:
                return False
            finally:
                raw.rollback()
            return True

        return self._on_one(write)

    def close(self) -> None:
        """Close those that nobody uses."""
        _close_all(self._kept)

    def _on_one(self, work: Callable[[_Raw], _Told]) -> _Told:
        with driver_errors(self._engine):
            if self._kept:
                raw = self._taken()
                try:
                    return self._used(raw, work)
                except psycopg.Error:
                    if not raw.closed:
                        raise
                    self.close()
            return self._used(self._opened(), work)

    def _used(self, raw: _Raw, work: Callable[[_Raw], _Told]) -> _Told:
        try:
            return work(raw)
        finally:
            if raw.closed or len(self._kept) >= _MOST_KEPT:
                raw.close()
            else:
                self._kept.append(raw)

    def _taken(self) -> _Raw:
        try:
            return self._kept.pop()
        except IndexError:  # another thread was quicker
            return self._opened()

    def _opened(self) -> _Raw:
        pooled = self._engine.raw_connection()
        raw = cast(_Raw, pooled.driver_connection)
        pooled.detach()
        return raw


def _close_all(kept: deque[_Raw]) -> None:
    while kept:
        kept.pop().close()
