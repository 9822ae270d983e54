"""The token keys' book in DynamoDB: the key changes in one write, and records follow it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Protocol

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.aws.token_aliases import DynamoTokenAliases, HeldUnderEveryToken
from stayline.domain.token_keys import TokenKey
from stayline.errors import StoreUnavailable
from stayline.ports.audit_log import AuditLog
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.token_key_book import KeyTraces, TokenRenaming

_STORE = "the book of token keys"
_BOOK, _ALONE, _TRIES = "token-keys", " ", 20
_PEOPLE_A_RENAMING = 2_000
_PAIRS = {"alias": pl.String(), "token": pl.String()}
_Keys = tuple[TokenKey, ...]


class KeyedImports(ImportLedger, Protocol):
    """An import ledger whose records follow a token key, so that it is known as theirs."""

    def follow_key(self, old: str, new: str) -> None:
        """Put the fingerprint ``new`` in the place of ``old`` in every record; safe to repeat."""
        ...


class SharedOptOuts(OptOutList, HeldUnderEveryToken, Protocol):
    """An opt-out list that holds each interval under every token of a person."""


class DynamoTokenKeyBook:
    """Keeps all keys in one item; a change is one conditional write of it.

    DynamoDB has no transaction over everybody, so records under old tokens follow after the switch,
    store by store and some people at a time: `settle` is restartable at any point, and until it has
    ended a rotation counts as unfinished. In between, aliases lead from either token to the person,
    and opt-outs stand under both from before the switch.
    """

    CALLS = DynamoTokenAliases.CALLS

    def __init__(
        self,
        clients: Clients,
        *,
        imports: KeyedImports,
        opt_outs: SharedOptOuts,
        audit: AuditLog,
        renamed: Sequence[TokenRenaming],
    ) -> None:
        """Let ``renamed`` follow in that order: first what people ask for by token at once."""
        table = clients.resources.state_table
        self._table: Table[_Keys] = Table(clients, table, _Keys, _STORE)
        self._aliases = DynamoTokenAliases(clients, [opt_outs])
        self._imports = imports
        self._opt_outs = opt_outs
        self._audit = audit
        self._renamed = renamed

    def current(self) -> str | None:
        """Return the fingerprint of the key that stands: one consistent read."""
        return next((key.fingerprint for key in self._keys() if key.is_current), None)

    def history(self) -> Sequence[TokenKey]:
        """Return every key, oldest first."""
        return sorted(self._keys(), key=lambda key: (key.made_at is not None, key.made_at))

    def begin(self, old: str, new: str, aliases: pl.DataFrame, *, at: datetime) -> None:
        """Note a key to come, then everyone's aliases, some people at a time."""
        first = min((record.started_at for record in self._imports.records()), default=at)
        noted = (TokenKey(old, None, current_since=first), TokenKey(new, at))

        def added(keys: _Keys) -> _Keys:
            known = {key.fingerprint for key in keys}
            return (*keys, *(key for key in noted if key.fingerprint not in known))

        self._change(added)
        self._aliases.link(aliases)

    def switch(self, *, at: datetime) -> None:
        """Make the key to come the one that stands, in one write; `settle` lets records follow."""

        def switched(keys: _Keys) -> _Keys:
            if sum(key.is_to_come for key in keys) != 1:
                raise LookupError("there is one key to come before a switch")
            return tuple(
                replace(key, current_since=at)
                if key.is_to_come
                else replace(key, replaced_at=at)
                if key.is_current
                else key
                for key in keys
            )

        self._change(switched)

    def settle(self, *, at: datetime | None) -> None:
        """Rename what stands under old tokens; with ``at`` the rotation is over."""
        self._follow()
        if at is not None:
            self._change(
                lambda keys: tuple(
                    replace(key, settled_at=at)
                    if key.replaced_at is not None and key.settled_at is None
                    else key
                    for key in keys
                )
            )

    def traces(self, fingerprint: str) -> KeyTraces:
        """Return what of a replaced key is left; goes once along the whole audit log."""
        people = list(self._aliases.everyone())
        theirs = self._aliases_of(fingerprint)
        known = {token for person in people for token in person.everyone}
        return KeyTraces(
            aliases=len(theirs),
            audit_events=sum(event.subject in theirs for event in self._audit.between()),
            opt_outs_alone=sum(one.token not in known for one in self._opt_outs.everyone()),
        )

    def retire(self, fingerprint: str) -> None:
        """Forget a replaced key; the book does so last, so that it is done again after a kill."""
        self._follow()
        theirs = self._aliases_of(fingerprint)
        self._opt_outs.erase(
            {one.token for one in self._opt_outs.everyone() if one.token in theirs}
        )
        self._aliases.forget_key(fingerprint)
        self._change(lambda keys: tuple(key for key in keys if key.fingerprint != fingerprint))

    def _follow(self) -> None:
        """Let every record follow the key that stands, each store some people at a time."""
        keys = self._keys()
        current = next((key.fingerprint for key in keys if key.is_current), None)
        for key in keys:
            if current is not None and key.replaced_at is not None:
                self._imports.follow_key(key.fingerprint, current)
        for store in self._renamed:
            for renames in _parts(self._pairs()):
                store.rename(renames)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for person in self._aliases.everyone():
            for earlier in person.earlier:
                yield earlier.token, person.token

    def _aliases_of(self, fingerprint: str) -> frozenset[str]:
        return frozenset(
            earlier.token
            for person in self._aliases.everyone()
            for earlier in person.earlier
            if earlier.fingerprint == fingerprint
        )

    def _keys(self) -> _Keys:
        return self._table.get(_BOOK, _ALONE) or ()

    def _change(self, change: Callable[[_Keys], _Keys]) -> None:
        for _ in range(_TRIES):
            before = self._table.get(_BOOK, _ALONE)
            if self._table.swap(before, Item(_BOOK, _ALONE, change(before or ()))):
                return
        raise StoreUnavailable(_STORE, "too many change it at once.")


def _parts(pairs: Iterable[tuple[str, str]]) -> Iterator[pl.DataFrame]:
    going = iter(pairs)
    while some := list(islice(going, _PEOPLE_A_RENAMING)):
        yield pl.DataFrame(some, _PAIRS, orient="row")
