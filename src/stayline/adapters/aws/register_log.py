"""Everything ever added to the register of one kind, in order, in DynamoDB."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic
from uuid import uuid4

import msgspec

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_number
from stayline.adapters.aws.table import Item, Table, Write
from stayline.ports.governance_register import Entry, Kind

WHAT = "the governance register"
LARGEST = 200_000
"""Bytes of entries in one item, which may have 400 KB at most."""


@dataclass(frozen=True, slots=True)
class Addition(Generic[Kind]):
    """What was added at once: entries or, of very many, the partition that has them in parts."""

    entries: tuple[Entry[Kind], ...]
    parts: str | None = None


_SWEPT: Addition[Any] = Addition(())


class RegisterLog(Generic[Kind]):
    """Keeps one item an addition, numbered from 0 on without a gap.

    An addition is there once its item is, which nobody else's of that number may be. One too large
    for an item is staged first: its parts, which nobody reads, and a mark that they are on their
    way, which goes in the transaction that adds them. Killed before that, the parts stay until
    `sweep`, and count for nothing.
    """

    def __init__(self, clients: Clients, kind: type[Kind]) -> None:
        table = clients.resources.state_table
        self._table: Table[Addition[Kind]] = Table(clients, table, _addition_of(kind), WHAT)
        self._log = f"register#{kind.__name__}"
        self._staged = f"register-staged#{kind.__name__}"

    def entries(self) -> list[Entry[Kind]]:
        """Return every entry in the order they were added, with one read of the latest."""
        return [entry for _, entry in self._numbered()]

    def writes(self, entries: Sequence[Entry[Kind]]) -> list[Write]:
        """Return the writes that add what is new of these, for one transaction; none if nothing is.

        What stands for its id already is not new. The transaction fails where somebody else added
        something meanwhile; then `drop` these, and ask again.
        """
        kept = list(self._numbered())
        newest = {entry.entry_id: entry for _, entry in kept}
        news = [entry for entry in entries if newest.get(entry.entry_id) != entry]
        if not news:
            return []
        place = by_number(kept[-1][0] + 1 if kept else 0)
        parts = list(_parts(news))
        if len(parts) == 1:
            return [Write(self._log, place, Item(self._log, place, parts[0]), if_new=True)]
        name = f"register-part#{uuid4().hex}"
        staged: Addition[Kind] = Addition((), name)
        self._table.put(Item(self._staged, name, staged))
        self._table.put_all(Item(name, by_number(at), part) for at, part in enumerate(parts))
        return [
            Write(self._log, place, Item(self._log, place, staged), if_new=True),
            Write(self._staged, name, if_value=staged),
        ]

    def drop(self, writes: Sequence[Write]) -> None:
        """Remove what was staged for writes that came to nothing."""
        for write in writes:
            if write.partition == self._staged:
                self._remove_parts(write.place)
                self._table.remove_all([(self._staged, write.place)])

    def change(self, changed: Callable[[Entry[Kind]], Entry[Kind]]) -> None:
        """Put every entry as changed in its place; done again, it goes on where it was killed.

        What was staged and not added is not added any more.
        """
        self.sweep()
        for item in self._table.query(self._log):
            if item.value.parts is None:
                self._change(item, changed)
            else:
                for part in self._table.query(item.value.parts):
                    self._change(part, changed)

    def sweep(self) -> None:
        """Remove what was staged and not added; whoever is about to add it stages it anew.

        The mark stays until no parts were found, since that one may be putting some still.
        """
        for item in self._table.query(self._staged):
            if item.value != _SWEPT and not self._table.swap(
                item.value, replace(item, value=_SWEPT)
            ):
                continue  # it was added in this moment
            if not self._remove_parts(item.place):
                self._table.remove_all([(self._staged, item.place)])

    def _numbered(self) -> Iterator[tuple[int, Entry[Kind]]]:
        for item in self._table.query(self._log):
            name = item.value.parts
            parts = [item] if name is None else self._table.query(name)
            for part in parts:
                for entry in part.value.entries:
                    yield int(item.place), entry

    def _change(
        self, item: Item[Addition[Kind]], changed: Callable[[Entry[Kind]], Entry[Kind]]
    ) -> None:
        before: Addition[Kind] | None = item.value
        while before is not None:
            after = Addition(tuple(changed(entry) for entry in before.entries))
            if after == before or self._table.swap(before, replace(item, value=after)):
                return
            now = self._table.query(item.partition, first=item.place, last=item.place)
            before = next((one.value for one in now), None)

    def _remove_parts(self, name: str) -> int:
        return self._table.remove_all((one.partition, one.place) for one in self._table.query(name))


def _addition_of(kind: type[Kind]) -> type[Addition[Kind]]:
    return Addition[kind]  # type: ignore[valid-type]  # a type that is known as the program runs


def _parts(entries: Sequence[Entry[Kind]]) -> Iterator[Addition[Kind]]:
    """Yield entries in as few additions as have room for them."""
    some: list[Entry[Kind]] = []
    room = LARGEST
    for entry in entries:
        length = len(msgspec.json.encode(entry))
        if some and length > room:
            yield Addition(tuple(some))
            some, room = [], LARGEST
        some.append(entry)
        room -= length
    yield Addition(tuple(some))
