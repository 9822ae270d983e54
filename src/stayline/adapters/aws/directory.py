"""The directory in a DynamoDB table of its own, under a key of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.aws.token_aliases import DynamoTokenAliases, HeldUnderEveryToken
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.directory import MOST_LEVELS, DirectoryEntry

_STORE = "the directory"
_DIGITS = "0123456789abcdef"
_TOGETHER = 1_000
_FEW = 50
"""How many people are asked for one by one."""
_END = "~"
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class _Entry:
    hr_id: str
    display_name: str | None = None
    manager: str | None = None


class DynamoDirectory:
    """Keeps one item a person and event time, and one with the HR id that a token stands for.

    The first digit of the token is the partition, so that everyone is read consistently and by
    pages. Whatever concerns many people is done some at a time: killed halfway, it is done again
    and changes what is left. Resolving a line of managers takes one read a level.
    """

    CALLS = DynamoTokenAliases.CALLS | {"dynamodb.batch_write_item"}

    def __init__(self, clients: Clients, shared: Sequence[HeldUnderEveryToken] = ()) -> None:
        table = clients.resources.people_table
        self._entries = Table(clients, table, _Entry, _STORE)
        self._hr_ids = Table(clients, table, str, _STORE)
        self._aliases = DynamoTokenAliases(clients, shared)

    def put(self, entries: pl.DataFrame) -> int:
        """Add entries and return how many were new or changed, as far as nobody else puts them."""
        columns = ["token", "event_time", "hr_id", "display_name", "manager"]
        rows = entries.select(columns).unique(columns[:2], keep="last", maintain_order=True)
        changed = 0
        for some in _some(rows.iter_rows()):
            items = [_item(token, at, _Entry(*rest)) for token, at, *rest in some]
            changed += self._put_changed(items)
        return changed

    def find(self, token: EmployeeToken) -> DirectoryEntry | None:
        """Return the newest entry of a person."""
        newest = next(self._of(token, newest_first=True), None)
        return None if newest is None else _told(newest)

    def find_all(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, DirectoryEntry]:
        """Return the newest entry of each of these people; of many, by reading everybody once."""
        if len(tokens) > _FEW:
            everybody = self._everybody()
            return {one: everybody[one] for one in tokens if one in everybody}
        found = {token: self.find(token) for token in tokens}
        return {token: entry for token, entry in found.items() if entry is not None}

    def people_below(self, manager: EmployeeToken, *, most: int) -> Sequence[DirectoryEntry]:
        """Return whom a manager leads, level by level, by reading everybody once."""
        everybody = self._everybody()
        led: dict[str, list[DirectoryEntry]] = {}
        for entry in everybody.values():
            led.setdefault(entry.manager or "", []).append(entry)
        below: dict[EmployeeToken, DirectoryEntry] = {}
        level = [manager] if manager in everybody else []
        for _ in range(MOST_LEVELS):
            found = {one.token: one for leader in level for one in led.get(leader, ())}
            level = [one for one in found if one != manager and one not in below]
            below |= {one: found[one] for one in level}
            if not level or len(below) >= most:
                break
        return list(below.values())[:most]

    def managers_above(self, token: EmployeeToken) -> Sequence[EmployeeToken]:
        """Return whom a person reports to, nearest first."""
        above: dict[EmployeeToken, None] = {}
        entry = self.find(token)
        while entry is not None and entry.manager is not None and len(above) < MOST_LEVELS:
            manager = entry.manager
            entry = self.find(manager)
            if entry is None or manager == token or manager in above:
                break
            above[manager] = None
        return list(above)

    def known_as(self, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
        """Return every token a person has had, the one that stands now first."""
        return self._aliases.known_as(token)

    def known_as_all(
        self, tokens: Sequence[EmployeeToken]
    ) -> Mapping[EmployeeToken, tuple[EmployeeToken, ...]]:
        """Return every token that each of these people has had."""
        return self._aliases.known_as_all(tokens)

    def link(self, aliases: pl.DataFrame) -> None:
        """Note which tokens people had under earlier keys."""
        self._aliases.link(aliases)

    def hr_ids(self) -> pl.DataFrame:
        """Return token and HR id of everyone."""
        rows = [
            (item.place, item.value)
            for digit in _DIGITS
            for item in self._hr_ids.query(_hr_ids_of(digit))
        ]
        return pl.DataFrame(rows, {"token": pl.String(), "hr_id": pl.String()}, orient="row")

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new token, too."""
        newer = _newer(renames)
        for some in _some(self._under(newer)):
            self._put_all([_renamed(item, newer) for item in some])

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Remove the entries under old tokens, once what is newer there is under the new ones."""
        newer = _newer(renames)
        for some in _some(self._under(newer)):
            moved = [_renamed(item, newer) for item in some]
            known = self._entries.get_all((item.partition, item.place) for item in moved)
            self._put_all([item for item in moved if (item.partition, item.place) not in known])
            self._entries.remove_all((item.partition, item.place) for item in some)
        self._hr_ids.remove_all((_hr_ids_of(token), token) for token in newer)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and, last, what tells which tokens were theirs."""
        tokens = self.known_as(token)
        gone = self._entries.remove_all(
            (item.partition, item.place) for one in tokens for item in self._of(one)
        )
        self._hr_ids.remove_all((_hr_ids_of(one), one) for one in tokens)
        self._aliases.forget(tokens[0])
        return gone

    def problems(self) -> list[str]:
        """Return nothing: DynamoDB checks what it keeps."""
        return []

    def _everybody(self) -> dict[EmployeeToken, DirectoryEntry]:
        """Return everybody's newest entry: the last one of each in the order of the table."""
        every = (item for digit in _DIGITS for item in self._entries.query(_entries_of(digit)))
        return {entry.token: entry for entry in map(_told, every)}

    def _put_changed(self, items: Sequence[Item[_Entry]]) -> int:
        known = self._entries.get_all((item.partition, item.place) for item in items)
        changed = [item for item in items if known.get((item.partition, item.place)) != item.value]
        self._put_all(changed)
        return len(changed)

    def _put_all(self, items: Sequence[Item[_Entry]]) -> None:
        """Put entries, and before them the HR ids: where an entry is, its HR id is."""
        hr_ids = {_token(item): item.value.hr_id for item in items}
        self._hr_ids.put_all(
            Item(_hr_ids_of(token), token, hr_id) for token, hr_id in hr_ids.items()
        )
        self._entries.put_all(items)

    def _of(self, token: str, *, newest_first: bool = False) -> Iterator[Item[_Entry]]:
        yield from self._entries.query(
            _entries_of(token),
            first=f"{token}#",
            last=f"{token}#{_END}",
            newest_first=newest_first,
        )

    def _under(self, tokens: Mapping[str, str]) -> Iterator[Item[_Entry]]:
        for digit in _DIGITS:
            for item in self._entries.query(_entries_of(digit)):
                if _token(item) in tokens:
                    yield item


def _item(token: str, at: datetime, entry: _Entry) -> Item[_Entry]:
    place = at.astimezone(UTC).isoformat(timespec="microseconds")
    return Item(_entries_of(token), f"{token}#{place}", entry)


def _told(item: Item[_Entry]) -> DirectoryEntry:
    entry = item.value
    manager = None if entry.manager is None else EmployeeToken(entry.manager)
    token = EmployeeToken(_token(item))
    return DirectoryEntry(token, entry.hr_id, _event_time(item.place), entry.display_name, manager)


def _renamed(item: Item[_Entry], newer: Mapping[str, str]) -> Item[_Entry]:
    manager = item.value.manager
    entry = (
        item.value if manager is None else replace(item.value, manager=newer.get(manager, manager))
    )
    return _item(newer[_token(item)], _event_time(item.place), entry)


def _newer(renames: pl.DataFrame) -> Mapping[str, str]:
    return dict(renames.select("alias", "token").iter_rows())


def _some(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """Yield them some at a time."""
    going = iter(things)
    while some := list(islice(going, _TOGETHER)):
        yield some


def _token(item: Item[_Entry]) -> str:
    return item.place.partition("#")[0]


def _event_time(place: str) -> datetime:
    return datetime.fromisoformat(place.partition("#")[2])


def _entries_of(token: str) -> str:
    return f"entries#{token[:1]}"


def _hr_ids_of(token: str) -> str:
    return f"hr-ids#{token[:1]}"
