"""Whether a PostgreSQL server answers, so that nobody waits for one that does not."""

import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg
import sqlalchemy as sa

RETRY_S = 0.25
_RECENT = "it did not answer a moment ago"


class Reach:
    """Opens an engine's connections; while the server is away, one thread alone tries to.

    Everyone else is told at once: who answers requests must not wait for a machine that is gone.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._is_away = False

    def connect(
        self, dialect: sa.Dialect, _record: object, place: Sequence[Any], given: Mapping[str, Any]
    ) -> Any:
        """Return a connection of the driver, as SQLAlchemy's event ``do_connect`` asks."""
        if self._is_away:
            raise psycopg.OperationalError(_RECENT)
        try:
            return dialect.connect(*place, **given)
        except psycopg.OperationalError:
            with self._turn, suppress(RuntimeError):  # of no thread to be had: then each one tries
                if not self._is_away:
                    looks = (weakref.ref(self), dialect, place, given)
                    threading.Thread(target=_look, args=looks, daemon=True).start()
                    self._is_away = True
            raise

    def came_back(self) -> None:
        """Let everyone connect again."""
        with self._turn:
            self._is_away = False


def _look(
    reach: "weakref.ref[Reach]",
    dialect: sa.Dialect,
    place: Sequence[Any],
    given: Mapping[str, Any],
) -> None:
    """Try until it is back, or until nobody needs it any more."""
    while reach() is not None:
        time.sleep(RETRY_S)
        try:
            dialect.connect(*place, **given).close()
        except psycopg.Error:
            continue
        found = reach()
        if found is not None:
            found.came_back()
        return
