"""The alarm book in DynamoDB, with an outbox of what is still to be delivered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.numbers import next_number
from stayline.adapters.aws.places import by_number
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.alarm_history import Acknowledgement, Standing, Transition
from stayline.errors import StoreDamaged
from stayline.ports.alarm_book import Delivery

_STORE = "the alarm book"
_STANDINGS, _HISTORY, _NUMBERS = "alarm", "alarm-history", "alarm-number"
_WAITING, _GIVEN_UP, _NOTED = "alarm-waiting", "alarm-given-up", "alarm-noted"


class DynamoAlarmBook:
    """Keeps one item an alarm, a transition, a delivery on its way and an acknowledgement.

    Transitions are in the order of their numbers, as are the deliveries, which begin with them. A
    move is one transaction, on the condition that the alarm stands as it was seen; so is the end of
    a delivery, which leaves the outbox for those given up, or for nowhere. All reads are
    consistent: alarms are few, and so is what happens to them.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.get_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
            "dynamodb.update_item",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        table = clients.resources.state_table
        self._standings = Table(clients, table, Standing, _STORE)
        self._transitions = Table(clients, table, Transition, _STORE)
        self._numbers = Table(clients, table, int, _STORE)
        self._deliveries = Table(clients, table, Delivery, _STORE)
        self._noted = Table(clients, table, Acknowledgement, _STORE)

    def standings(self) -> dict[str, Standing]:
        """Return how each alarm stands."""
        return {item.place: item.value for item in self._standings.query(_STANDINGS)}

    def move(
        self,
        before: Standing | None,
        after: Standing,
        transition: Transition | None,
        channels: Sequence[str] = (),
    ) -> bool:
        """Keep a standing, its transition and deliveries, unless somebody else was quicker.

        Raises `StoreDamaged` where a transition of that id is there already.
        """
        standing = Item(_STANDINGS, after.alarm, after)
        writes = [
            Write(
                _STANDINGS, after.alarm, standing, if_new=before is None, if_value=before
            )
        ]  # fmt: skip
        if transition is not None:
            number = next_number(self._clients, "alarm-transition", _STORE)
            writes += _new_transition(number, transition, channels)
        if self._standings.write(writes):
            return True
        if self._standings.get(_STANDINGS, after.alarm) == before:
            problem = "a transition of that id is there already."
            raise StoreDamaged("The alarm book", problem)
        return False

    def history(self, alarm: str | None = None, *, limit: int = 100) -> list[Transition]:
        """Return transitions, newest first."""
        if alarm is None:
            newest = self._transitions.query(_HISTORY, newest_first=True, limit=limit)
            return [item.value for item in newest]
        found = self._transitions.query(_HISTORY, newest_first=True)
        theirs = (item.value for item in found if item.value.alarm == alarm)
        return list(islice(theirs, limit))

    def undelivered(self) -> list[Delivery]:
        """Return what is still to be delivered, oldest transition first."""
        return [item.value for item in self._deliveries.query(_WAITING)]

    def take(self, delivery: Delivery, *, next_at: datetime) -> bool:
        """Count an attempt, unless somebody else has counted one since."""
        seen = self._waiting(delivery)
        if seen is None or seen.value.attempts != delivery.attempts:
            return False
        taken = replace(seen.value, attempts=delivery.attempts + 1, next_at=next_at)
        return self._deliveries.swap(seen.value, replace(seen, value=taken))

    def end(self, delivery: Delivery, *, at: datetime, problem: str = "") -> None:
        """Note that a delivery is over."""
        while (seen := self._waiting(delivery)) is not None:
            writes = [Write(seen.partition, seen.place, if_value=seen.value)]
            if problem:
                given_up = Item(_GIVEN_UP, seen.place, replace(seen.value, problem=problem))
                writes.append(Write(_GIVEN_UP, seen.place, given_up))
            if self._deliveries.write(writes):
                return

    def failed(self, delivery: Delivery, *, problem: str) -> None:
        """Note why an attempt failed."""
        while (seen := self._waiting(delivery)) is not None:
            if self._deliveries.swap(
                seen.value, replace(seen, value=replace(seen.value, problem=problem))
            ):
                return

    def given_up(self, *, limit: int = 100) -> list[Delivery]:
        """Return deliveries that ended with a problem, newest transition first."""
        newest = self._deliveries.query(_GIVEN_UP, newest_first=True, limit=limit)
        return [item.value for item in newest]

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement."""
        place = by_number(next_number(self._clients, "alarm-acknowledgement", _STORE))
        self._noted.put_new(Item(_NOTED, place, acknowledgement))

    def acknowledgements(self, alarm: str | None = None) -> list[Acknowledgement]:
        """Return acknowledgements, oldest first."""
        found = [item.value for item in self._noted.query(_NOTED)]
        return [one for one in found if alarm is None or one.alarm == alarm]

    def purge(self, before: datetime) -> int:
        """Remove old transitions that nobody waits for, and old acknowledgements.

        A transition goes after what belongs to it, so that one who is killed between leaves what
        the next one removes.
        """
        waits = {item.place.partition("#")[0] for item in self._deliveries.query(_WAITING)}
        old = [
            item
            for item in self._transitions.query(_HISTORY)
            if item.value.at < before and item.place not in waits
        ]
        going = {item.place for item in old}
        given_up = self._deliveries.query(_GIVEN_UP)
        self._deliveries.remove_all(
            (item.partition, item.place)
            for item in list(given_up)
            if item.place.partition("#")[0] in going
        )
        self._numbers.remove_all((_NUMBERS, item.value.transition_id) for item in old)
        gone = self._transitions.remove_all((item.partition, item.place) for item in old)
        noted = [item for item in self._noted.query(_NOTED) if item.value.at < before]
        return gone + self._noted.remove_all((item.partition, item.place) for item in noted)

    def _waiting(self, delivery: Delivery) -> Item[Delivery] | None:
        number = self._numbers.get(_NUMBERS, delivery.transition.transition_id)
        if number is None:
            return None
        place = _place(number, delivery.channel)
        found = self._deliveries.get(_WAITING, place)
        return None if found is None else Item(_WAITING, place, found)


def _new_transition(number: int, transition: Transition, channels: Sequence[str]) -> list[Write]:
    """Return the writes of a transition, of its number by its id, and of its deliveries."""
    items: list[Item[Transition] | Item[int] | Item[Delivery]] = [
        Item(_HISTORY, by_number(number), transition),
        Item(_NUMBERS, transition.transition_id, number),
    ]
    for channel in channels:
        delivery = Delivery(transition, channel, 0, transition.at)
        items.append(Item(_WAITING, _place(number, channel), delivery))
    return [Write(item.partition, item.place, item, if_new=True) for item in items]


def _place(number: int, channel: str) -> str:
    return f"{by_number(number)}#{channel}"
