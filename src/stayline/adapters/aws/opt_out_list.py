"""The opt-out list in DynamoDB."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_time
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken

LIST = "opt-out"
"""The partition of everyone's intervals, each by `interval_place`."""
_LOOKED_UP = 10
"""Of more people everyone is read, which takes fewer calls."""
_AT_ONCE = 99
"""Beside the check, a transaction has room for these."""


class OnePerson(Protocol):
    """All tokens of a person."""

    @property
    def everyone(self) -> tuple[str, ...]:
        """The one that stands and those of earlier keys."""
        ...


class KnownTokens(Protocol):
    """Tells every token of a person, and lets a transaction hold only while that is so."""

    def as_known(self, token: EmployeeToken) -> tuple[tuple[EmployeeToken, ...], Write]:
        """Return every token of the person, and the check that this is so still."""
        ...


class DynamoOptOutList:
    """Keeps one item an interval, all in one partition, so that every read is of the latest.

    An interval begins and ends under all tokens of a person in one transaction, which holds only
    while these are all; and it ends, or is shared, only as it was read: what others write meanwhile
    is looked at again. Nothing is remembered here: an opt-out is honoured from the moment it is
    kept.
    """

    CALLS = frozenset(
        {"dynamodb.batch_write_item", "dynamodb.query", "dynamodb.transact_write_items"}
    )

    def __init__(self, clients: Clients, aliases: KnownTokens) -> None:
        self._table = Table(clients, clients.resources.state_table, OptOut, "the opt-out list")
        self._aliases = aliases

    def opt_out(
        self,
        token: EmployeeToken,
        *,
        at: datetime,
        kind: OptOutKind = OptOutKind.OPT_OUT,
        channel: Channel = Channel.API,
        reason: str = "",
        recorded_at: datetime | None = None,
    ) -> OptOut:
        """Bar scoring from then on; where this kind bars it already, nothing changes."""
        begun = OptOut(token, at, None, kind, channel, reason, recorded_at)
        while True:
            known, check = self._aliases.as_known(token)
            for standing in self.intervals(token):
                if standing.kind is kind and standing.until is None and standing.since <= at:
                    return standing
            items = [_item(replace(begun, token=one)) for one in known]
            writes = [Write(item.partition, item.place, item) for item in items]
            if self._table.write([check, *writes]):
                return begun

    def opt_in(self, token: EmployeeToken, *, at: datetime, kind: OptOutKind | None = None) -> bool:
        """End the open intervals of that kind, or of every kind.

        Of very many some end at a time: killed in between, the others still bar.
        """
        is_any = False
        while True:
            known, check = self._aliases.as_known(token)
            standing = [
                interval
                for one in known
                for interval in self.intervals(one)
                if interval.until is None and kind in (None, interval.kind)
            ]
            if not standing:
                return is_any
            ended = [_changed(one, replace(one, until=at)) for one in standing[:_AT_ONCE]]
            is_any |= self._table.write([check, *ended])

    def is_opted_out(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether scoring is barred at that instant."""
        return any(one.covers(at) for one in self.intervals(token))

    def opted_out_of(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are barred at that instant."""
        asked = set(tokens)
        if len(asked) > _LOOKED_UP:
            return self.opted_out(at=at) & asked
        return {token for token in asked if self.is_opted_out(token, at=at)}

    def opted_out(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone barred at that instant; a page of intervals is in memory."""
        return {item.value.token for item in self._table.query(LIST) if item.value.covers(at)}

    def intervals(self, token: EmployeeToken) -> list[OptOut]:
        """Return a person's intervals, oldest first."""
        theirs = self._table.query(LIST, first=f"{token}#", last=f"{token}#~")
        return [item.value for item in theirs]

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove every interval of these people; killed meanwhile, the next one goes on."""
        theirs = [one for token in sorted(set(tokens)) for one in self.intervals(token)]
        return self._table.remove_all((LIST, interval_place(one)) for one in theirs)

    def everyone(self) -> list[OptOut]:
        """Return all intervals of all people, oldest first."""
        kept = [item.value for item in self._table.query(LIST)]
        return sorted(kept, key=lambda one: (one.since, one.kind, one.token))

    def share(self, tokens: Sequence[OnePerson]) -> None:
        """Put what stands under one token of a person under all others, too; safe to repeat.

        Most people have no interval, so everyone's are read once, however many are asked for.
        """
        named = {str(item.value.token) for item in self._table.query(LIST)}
        for person in tokens:
            if not named.isdisjoint(person.everyone):
                while copies := self._lacking(person.everyone):
                    self._table.write(copies)

    def _lacking(self, names: Sequence[str]) -> list[Write]:
        """Return the writes that put one interval under every token that lacks it, if any does."""
        theirs = [one for name in names for one in self.intervals(EmployeeToken(name))]
        places = {interval_place(one) for one in theirs}
        for interval in theirs:
            under_all = [_item(replace(interval, token=EmployeeToken(name))) for name in names]
            lacking = [item for item in under_all if item.place not in places]
            if lacking:
                copies = [Write(LIST, item.place, item, if_new=True) for item in lacking]
                return [_changed(interval, interval), *copies]
        return []


def interval_place(interval: OptOut) -> str:
    """Return where an interval stands: with the others of a person, in order."""
    return f"{interval.token}#{by_time(interval.since)}#{interval.kind}"


def _item(interval: OptOut) -> Item[OptOut]:
    return Item(LIST, interval_place(interval), interval)


def _changed(before: OptOut, after: OptOut) -> Write:
    return Write(LIST, interval_place(before), _item(after), if_value=before)
