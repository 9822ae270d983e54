"""The decision book in DynamoDB."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from itertools import islice

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_time
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.decisions import Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, counted_ages
from stayline.ports.aged_records import NOBODY

_BOOK = "decision"
_AT_ONCE = 33
"""Each decision is three items, and a transaction has room for a hundred."""


class DynamoDecisionBook:
    """Keeps a decision three times: about whom it is, who took it, and that its id is taken.

    The three come and go in one transaction, so nobody who is killed leaves one without the others,
    and of two who add one id at the same time one does. What tells of everybody (`between`, `ages`,
    `purge`) reads an index that follows within a moment; what tells of one person reads the latest.
    """

    CALLS = frozenset({"dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._table = Table(clients, table, Decision, "the decision book")

    def add(self, decision: Decision) -> bool:
        """Keep a decision, unless its id is taken."""
        writes = [Write(one.partition, one.place, one, if_new=True) for one in _items(decision)]
        return self._table.write(writes)

    def decisions(self, token: EmployeeToken) -> list[Decision]:
        """Return a person's decisions, oldest first."""
        return [item.value for item in self._table.query(_about(token))]

    def latest_by(self, decided_by: str, limit: int) -> list[Decision]:
        """Return the newest decisions that one person took, oldest first."""
        newest = self._table.query(_by(decided_by), newest_first=True, limit=limit)
        return [item.value for item in newest][::-1]

    def between(self, start: datetime, end: datetime) -> list[Decision]:
        """Return everybody's decisions of a period, oldest first."""
        return list(self._everybodys(start, end))

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the decisions are; a page of them is in memory."""
        told = ((one.decided_at, one.token) for one in self._everybodys())
        return counted_ages(told, before, held)

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove decisions made before that time, some at a time."""
        due = (one for one in self._everybodys(end=before) if one.token not in held)
        return self._removed(due)

    def erase(self, tokens: Collection[EmployeeToken], *, before: datetime | None) -> int:
        """Remove decisions about these people, all or those made before that time."""
        theirs = (one for token in sorted(set(tokens)) for one in self.decisions(token))
        return self._removed(one for one in theirs if before is None or one.decided_at < before)

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` for everyone, decision by decision.

        Done again, it goes on where it was killed. What was added within the last moment may be
        left, so that it is to be done once more when nobody uses the old tokens any longer.
        """
        newer = dict(renames.select("alias", "token").iter_rows())
        for decision in self._everybodys():
            token = newer.get(decision.token)
            if token is not None:
                self._table.write(_renamed(decision, EmployeeToken(token)))

    def _everybodys(
        self, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Decision]:
        first, last = "" if start is None else by_time(start), None if end is None else by_time(end)
        for item in self._table.of_book(_BOOK, first=first, last=last):
            yield item.value

    def _removed(self, decisions: Iterable[Decision]) -> int:
        gone, left = 0, iter(decisions)
        while some := list(islice(left, _AT_ONCE)):
            items = [item for decision in some for item in _items(decision)]
            self._table.write([Write(item.partition, item.place) for item in items])
            gone += len(some)
        return gone


def _renamed(decision: Decision, token: EmployeeToken) -> list[Write]:
    """Return the writes of a rename, which hold while the decision is as it was read."""
    old, by, _ = _items(decision)
    new, by_now, _ = _items(replace(decision, token=token))
    return [
        Write(old.partition, old.place, if_value=decision),
        Write(new.partition, new.place, new, if_new=True),
        Write(by.partition, by.place, by_now, if_value=decision),
    ]


def _about(token: EmployeeToken) -> str:
    return f"{_BOOK}#{token}"


def _by(decided_by: str) -> str:
    return f"{_BOOK}-by#{decided_by}"


def _items(decision: Decision) -> tuple[Item[Decision], Item[Decision], Item[str]]:
    place = f"{by_time(decision.decided_at)}#{decision.decision_id}"
    return (
        Item(_about(decision.token), place, decision, _BOOK, place),
        Item(_by(decision.decided_by), place, decision),
        Item(f"{_BOOK}-id", decision.decision_id, ""),
    )
