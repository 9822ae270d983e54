"""Every token that a person has had, under each of them, in DynamoDB."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import StoreUnavailable

_STORE = "the list of earlier tokens"
_PEOPLE_TOGETHER, _PEOPLE_A_READ, _WRITES_A_MOVE, _TRIES = 1_000, 50, 90, 20
_DIGITS = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class EarlierToken:
    """A token under a key that was replaced or, while one is to come, will be."""

    token: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PersonTokens:
    """The token that stands, and all others that lead to it."""

    token: str
    earlier: tuple[EarlierToken, ...]

    @property
    def everyone(self) -> tuple[str, ...]:
        """All of them, the one that stands first."""
        return self.token, *(one.token for one in self.earlier)


class HeldUnderEveryToken(Protocol):
    """A store whose records stand under all tokens of a person at once, as opt-outs do."""

    def share(self, tokens: Sequence[PersonTokens]) -> None:
        """Put what stands under one token of a person under all others, too; safe to repeat.

        The tokens are known by then: whoever writes meanwhile and checks `as_known` in the same
        transaction either is shared here or writes under all of them.
        """
        ...


class DynamoTokenAliases:
    """Keeps one item a token with all tokens of its person, the same under each.

    So one consistent read tells everything, and all of a person's items change in one transaction.
    The first digit of the token is the partition, so that everyone can be read consistently, too.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_get_item",
            "dynamodb.get_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
        }
    )

    def __init__(self, clients: Clients, shared: Sequence[HeldUnderEveryToken] = ()) -> None:
        table = clients.resources.state_table
        self._table = Table(clients, table, PersonTokens, _STORE)
        self._shared = shared

    def known_as(self, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
        """Return every token of the person, the one that stands first."""
        return self.as_known(token)[0]

    def known_as_all(
        self, tokens: Sequence[EmployeeToken]
    ) -> Mapping[EmployeeToken, tuple[EmployeeToken, ...]]:
        """Return what `known_as` tells of each, a hundred a call."""
        found = self._table.get_all(map(_key, tokens))
        return {one: _names(one, found.get(_key(one))) for one in tokens}

    def as_known(self, token: EmployeeToken) -> tuple[tuple[EmployeeToken, ...], Write]:
        """Return every token of the person, and the check that this is so still.

        For a transaction that writes under all of them.
        """
        found = self._table.get(*_key(token))
        check = Write(*_key(token), if_new=found is None, if_value=found, is_check=True)
        return _names(token, found), check

    def link(self, aliases: pl.DataFrame) -> None:
        """Note ``alias``, ``token`` and the ``fingerprint`` of the alias's key; share what must be.

        Some people at a time, each of them whole; done again, it adds what is missing.
        """
        rows = aliases.select("alias", "token", "fingerprint")
        for some in rows.iter_slices(_PEOPLE_TOGETHER):
            people = [
                person
                for few in some.iter_slices(_PEOPLE_A_READ)
                for person in self._linked(few.rows())
            ]
            for shared in self._shared:
                shared.share(people)

    def everyone(self) -> Iterator[PersonTokens]:
        """Yield the tokens of each person who has had several, by the one that stands."""
        for digit in _DIGITS:
            for item in self._table.query(_partition(digit)):
                if item.place == item.value.token:
                    yield item.value

    def frame(self) -> pl.DataFrame:
        """Return each token of an earlier key, as ``alias``, and the ``token`` that stands."""
        pairs = [(one.token, person.token) for person in self.everyone() for one in person.earlier]
        return pl.DataFrame(pairs, {"alias": pl.String, "token": pl.String}, orient="row")

    def forget(self, token: EmployeeToken) -> None:
        """Remove what tells that a person's tokens are one person's."""
        found = self._table.get(*_key(token))
        if found is not None:
            self._table.write([Write(*_key(one)) for one in found.everyone])

    def forget_key(self, fingerprint: str) -> None:
        """Remove every token under a key, person by person; done again, it goes on."""
        for person in self.everyone():
            kept = tuple(one for one in person.earlier if one.fingerprint != fingerprint)
            if len(kept) < len(person.earlier) and not self._table.write(_left(person, kept)):
                raise StoreUnavailable(_STORE, "it is being changed.")

    def _linked(self, rows: Sequence[tuple[str, str, str]]) -> Sequence[PersonTokens]:
        """Return the people of these rows, noted; anew where somebody changed meanwhile."""
        for _ in range(_TRIES):
            found = self._table.get_all(_key(one) for row in rows for one in row[:2])
            before = {one: person for person in found.values() for one in person.everyone}
            after = dict(before)
            for row in rows:
                person = _joined(after, *row)
                after |= dict.fromkeys(person.everyone, person)
            people = list({person.token: person for person in after.values()}.values())
            if all(self._table.write(some) for some in _moves(people, before)):
                return people
        raise StoreUnavailable(_STORE, "too many change it at once.")


def _names(token: EmployeeToken, found: PersonTokens | None) -> tuple[EmployeeToken, ...]:
    return (token,) if found is None else tuple(map(EmployeeToken, found.everyone))


def _joined(
    known: Mapping[str, PersonTokens], alias: str, token: str, fingerprint: str
) -> PersonTokens:
    """Return a person's tokens with one more; those of the alias lead on to what the token does."""
    older, newer = known.get(alias), known.get(token)
    current = token if newer is None else newer.token
    earlier = {alias: EarlierToken(alias, fingerprint)}
    for person in (older, newer):
        earlier |= {} if person is None else {one.token: one for one in person.earlier}
    earlier.pop(current, None)
    return PersonTokens(current, tuple(earlier[name] for name in sorted(earlier)))


def _moves(
    people: Iterable[PersonTokens], before: Mapping[str, PersonTokens]
) -> Iterator[list[Write]]:
    """Yield the writes of a few people at a time, each person's together."""
    some: list[Write] = []
    for person in people:
        puts = []
        for one in person.everyone:
            known, item = before.get(one), Item(*_key(one), person)
            if known != person:
                puts.append(Write(*_key(one), item, if_new=known is None, if_value=known))
        if len(some) + len(puts) > _WRITES_A_MOVE:
            yield some
            some = []
        some += puts
    if some:
        yield some


def _left(person: PersonTokens, kept: tuple[EarlierToken, ...]) -> list[Write]:
    """Return the writes that leave a person these earlier tokens."""
    left = PersonTokens(person.token, kept)
    stay = left.everyone if kept else ()
    return [
        Write(*_key(one), Item(*_key(one), left) if one in stay else None, if_value=person)
        for one in person.everyone
    ]


def _key(token: str) -> tuple[str, str]:
    return _partition(token[:1]), token


def _partition(digit: str) -> str:
    return f"tokens#{digit}"
