"""The health of targets in SQLite, with the healthy state in memory."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import target_health
from stayline.domain.target_health import Outage, failed
from stayline.errors import DatabaseAway


class SqliteTargetHealth:
    """Keeps one row a failing target; a healthy one has none. Safe to call from several threads.

    Each process notes in memory which outages it knows of, so that the healthy state asks no file.
    What a process that is gone left behind does not make a later failure older than it is: the
    first success of each process clears it, and a success after it makes the next failure a new
    outage.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._failing: set[str] = set()
        self._answered_at: dict[str, datetime] = {}

    def take_probe(self, target: str, at: datetime, interval: timedelta) -> bool:
        """Whether the caller may try the target now; of several that ask at once, one may."""
        if target not in self._failing:
            return True
        outage = self._outage(target)
        if outage is None:
            self._failing.discard(target)
            return True
        if not outage.may_probe(at, interval):
            return False
        with writing(self._engine) as connection:
            taken = connection.execute(
                sa.update(target_health)
                .where(
                    target_health.c.target == target,
                    target_health.c.probed_at == outage.probed_at,
                )
                .values(probed_at=outage.probed(at).probed_at)
            )
        return taken.rowcount == 1

    def failed(self, target: str, at: datetime) -> datetime:
        """Note a failure; return since when the target has failed."""
        answered_at = self._answered_at.pop(target, None)
        with writing(self._engine) as connection:
            before = _outage(connection, target)
            if before and answered_at is not None and before.failing_since <= answered_at:
                before = None
            outage = failed(before, at)
            connection.execute(sa.delete(target_health).where(target_health.c.target == target))
            connection.execute(
                sa.insert(target_health).values(
                    target=target,
                    failing_since=outage.failing_since,
                    probed_at=outage.probed_at,
                )
            )
        self._failing.add(target)
        return outage.failing_since

    def succeeded(self, target: str, at: datetime) -> None:
        """Note an answer; only the first one, or the first after a failure, asks the file.

        While the server is away, the next answer is the first.
        """
        is_news = target in self._failing or target not in self._answered_at
        try:
            if is_news and self._outage(target) is not None:
                own = target_health.c.target == target
                with writing(self._engine) as connection:
                    connection.execute(sa.delete(target_health).where(own))
        except DatabaseAway:
            return
        self._answered_at[target] = at
        self._failing.discard(target)

    def failing_since(self, target: str) -> datetime | None:
        """Return since when the target has failed, whoever saw it."""
        outage = self._outage(target)
        if outage is None:
            return None
        self._failing.add(target)
        return outage.failing_since

    def _outage(self, target: str) -> Outage | None:
        with reading(self._engine) as connection:
            return _outage(connection, target)


def _outage(connection: sa.Connection, target: str) -> Outage | None:
    row = connection.execute(
        sa.select(target_health).where(target_health.c.target == target)
    ).one_or_none()
    return None if row is None else Outage(row.failing_since, row.probed_at)
