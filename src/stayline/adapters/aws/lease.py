"""A right that one process holds at a time, kept in DynamoDB for as long as it is renewed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.table import Item, Table, Write
from stayline.errors import AwsRefused, StaylineError, StoreUnavailable

LEASE_S = 60.0
"""After so long without a word from its holder a lease is free; docs/decisions/0032 says why."""
_RENEWALS_A_LEASE = 4
_PLACE = " "


@dataclass(frozen=True, slots=True)
class _Lease:
    holder: str
    until: float


class Leases:
    """Gives out leases by name; ``what`` names the store in errors.

    A holder renews its lease in a thread four times while it lasts, and gives it back at the end.
    Killed, it holds it until the lease has run out. No clock of ours counts: it is the time of
    DynamoDB, as each of its answers tells it to the second, so that a lease is right for as long as
    AWS's own machines agree within some seconds. Of two who take a free lease one gets it.

    A holder that was stopped for longer than its lease, and goes on, holds it no more and is not
    told so: what it writes must be refused where it is written, if that matters.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients, what: str, *, lease_s: float = LEASE_S) -> None:
        self._clients = clients
        self._what = what
        self._lease_s = lease_s
        self._table = Table(clients, clients.resources.state_table, _Lease, what)

    @contextmanager
    def held(self, name: str, refusal: StaylineError) -> Iterator[None]:
        """Hold a lease during the block, or raise ``refusal`` where another holds it."""
        seen, now = self._look(name)
        mine = _Lease(uuid4().hex, now + self._lease_s)
        is_free = seen is None or seen.until < now
        if not is_free or not self._table.swap(seen, _item(name, mine)):
            raise refusal
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(name, mine.holder, done), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            self._give_back(name, mine.holder)

    def is_held(self, name: str) -> bool:
        """Return whether somebody holds it now."""
        seen, now = self._look(name)
        return seen is not None and seen.until >= now

    def _renew(self, name: str, holder: str, done: threading.Event) -> None:
        while not done.wait(self._lease_s / _RENEWALS_A_LEASE):
            with suppress(AwsRefused, StoreUnavailable):  # the next time may go through
                seen, now = self._look(name)
                if seen is None or seen.holder != holder:
                    return
                self._table.swap(seen, _item(name, _Lease(holder, now + self._lease_s)))

    def _give_back(self, name: str, holder: str) -> None:
        with suppress(AwsRefused, StoreUnavailable):  # then it runs out by itself
            seen, _ = self._look(name)
            if seen is not None and seen.holder == holder:
                self._table.write([Write(_partition(name), _PLACE, if_value=seen)])

    def _look(self, name: str) -> tuple[_Lease | None, float]:
        """Return the lease that stands, and what time it is at AWS, in seconds since 1970."""
        key = {"pk": {"S": _partition(name)}, "sk": {"S": _PLACE}}
        with our_errors(self._what):
            answer = self._clients.of("dynamodb").get_item(
                TableName=self._clients.resources.state_table, Key=key, ConsistentRead=True
            )
        now = _time_of(answer)
        if "Item" not in answer:
            return None, now
        return msgspec.json.decode(answer["Item"]["body"]["B"], type=_Lease), now


def _time_of(answer: dict[str, Any]) -> float:
    told: str = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    return parsedate_to_datetime(told).timestamp()


def _partition(name: str) -> str:
    return f"lease#{name}"


def _item(name: str, lease: _Lease) -> Item[_Lease]:
    return Item(_partition(name), _PLACE, lease)
