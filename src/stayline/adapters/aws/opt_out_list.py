"""The opt-out list in DynamoDB."""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_time
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken

LIST = "opt-out"
"""The partition of everyone's intervals, each by `interval_place`."""
_LOOKED_UP = 10
"""Of more people everyone is read, which takes fewer calls."""
_AT_ONCE = 100
KnownAs = Callable[[EmployeeToken], Sequence[EmployeeToken]]


class DynamoOptOutList:
    """Keeps one item an interval, all in one partition, so that every read is of the latest.

    ``known_as`` gives every token that a person has had: an interval begins and ends under all of
    them, in one transaction. It is asked once more after that, and what was linked meanwhile
    follows; so whoever links tokens has to note that first, and copy intervals second. An interval
    ends only as it was read, so what another wrote meanwhile is looked at again. Nothing is
    remembered here: an opt-out is honoured from the moment it is kept.
    """

    CALLS = frozenset(
        {"dynamodb.batch_write_item", "dynamodb.query", "dynamodb.transact_write_items"}
    )

    def __init__(self, clients: Clients, known_as: KnownAs = lambda token: (token,)) -> None:
        self._table = Table(clients, clients.resources.state_table, OptOut, "the opt-out list")
        self._known_as = known_as

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
        for standing in self.intervals(token):
            if standing.kind is kind and standing.until is None and standing.since <= at:
                self._follow(standing, {token})
                return standing
        begun = OptOut(token, at, None, kind, channel, reason, recorded_at)
        known = {token, *self._known_as(token)}
        items = [_item(replace(begun, token=one)) for one in sorted(known)]
        self._table.write([Write(item.partition, item.place, item) for item in items])
        self._follow(begun, known)
        return begun

    def opt_in(self, token: EmployeeToken, *, at: datetime, kind: OptOutKind | None = None) -> bool:
        """End the open intervals of that kind, or of every kind.

        Of more than a hundred a hundred end at a time: killed in between, the others still bar.
        """
        is_any = False
        while standing := self._open(token, kind):
            is_any |= self._table.write([_ended(one, at) for one in standing[:_AT_ONCE]])
        return is_any

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

    def _follow(self, interval: OptOut, known: AbstractSet[EmployeeToken]) -> None:
        """Keep an interval under the tokens that were linked meanwhile, too."""
        for one in sorted({*self._known_as(interval.token)} - known):
            self._table.put_new(_item(replace(interval, token=one)))

    def _open(self, token: EmployeeToken, kind: OptOutKind | None) -> list[OptOut]:
        theirs = sorted({token, *self._known_as(token)})
        return [
            interval
            for one in theirs
            for interval in self.intervals(one)
            if interval.until is None and kind in (None, interval.kind)
        ]


def interval_place(interval: OptOut) -> str:
    """Return where an interval stands: with the others of a person, in order."""
    return f"{interval.token}#{by_time(interval.since)}#{interval.kind}"


def _item(interval: OptOut) -> Item[OptOut]:
    return Item(LIST, interval_place(interval), interval)


def _ended(interval: OptOut, at: datetime) -> Write:
    item = _item(replace(interval, until=at))
    return Write(item.partition, item.place, item, if_value=interval)
