"""The health of targets in DynamoDB, with the healthy state in memory."""

from datetime import datetime, timedelta

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.target_health import Outage, failed

_BOOK = "target-health"


class DynamoTargetHealth:
    """Keeps one item a failing target; a healthy one has none. Safe to call from several threads.

    Each process notes in memory which outages it knows of, so that the healthy state asks nobody.
    An outage changes only from what was read just now: of several who ask for a probe at once, one
    gets it. What a process that is gone left behind does not make a later failure older than it is:
    the first success of each process clears it, and a success after it makes the next failure a new
    outage.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._table = Table(clients, table, Outage, "the health of targets")
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
        return self._table.swap(outage, Item(_BOOK, target, outage.probed(at)))

    def failed(self, target: str, at: datetime) -> datetime:
        """Note a failure; return since when the target has failed."""
        answered_at = self._answered_at.pop(target, None)
        while True:
            before = self._outage(target)
            is_over = before and answered_at is not None and before.failing_since <= answered_at
            outage = failed(None if is_over else before, at)
            if self._table.swap(before, Item(_BOOK, target, outage)):
                self._failing.add(target)
                return outage.failing_since

    def succeeded(self, target: str, at: datetime) -> None:
        """Note an answer; only the first one, or the first after a failure, asks the table."""
        is_news = target in self._failing or target not in self._answered_at
        if is_news and self._outage(target) is not None:
            self._table.write([Write(_BOOK, target)])
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
        return self._table.get(_BOOK, target)
