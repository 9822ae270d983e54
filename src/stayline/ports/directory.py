"""Who is who: the only store with names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken

MOST_LEVELS = 64
"""No organisation is deeper; what goes on longer goes in circles."""


@light_value
class DirectoryEntry:
    """One person as of one event time. ``manager`` is the manager's token."""

    token: EmployeeToken
    hr_id: str
    event_time: datetime
    display_name: str | None = None
    manager: EmployeeToken | None = None


class Directory(Protocol):
    """Resolves tokens to people and back."""

    def put(self, entries: pl.DataFrame) -> int:
        """Add entries and return how many were new or changed; a repeated put changes nothing.

        Columns: ``token``, ``event_time`` (UTC), ``hr_id``, ``display_name``, ``manager`` (token).
        """
        ...

    def find(self, token: EmployeeToken) -> DirectoryEntry | None:
        """Return the newest entry of a person."""
        ...

    def find_all(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, DirectoryEntry]:
        """Return the newest entry of each of these people, without those who are not here."""
        ...

    def people_below(self, manager: EmployeeToken, *, most: int) -> Sequence[DirectoryEntry]:
        """Return whom a manager leads, the nearest level first, and at most so many.

        They are the very people whose `managers_above` names the manager.
        """
        ...

    def managers_above(self, token: EmployeeToken) -> Sequence[EmployeeToken]:
        """Return whom a person reports to by the newest entries, nearest first.

        Cheap enough to ask for with every request. Ends at somebody who is not here, who has no
        manager or was met before, and after `MOST_LEVELS`.
        """
        ...

    def known_as(self, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
        """Return every token a person has had, the one that stands now first; any of them asks.

        Records that are never rewritten (the audit log, captures) hold the token of their day. A
        token nobody is known by comes back alone.
        """
        ...

    def known_as_all(
        self, tokens: Sequence[EmployeeToken]
    ) -> Mapping[EmployeeToken, tuple[EmployeeToken, ...]]:
        """Return for each of these tokens what `known_as` does, of thousands in a moment."""
        ...

    def link(self, aliases: pl.DataFrame) -> None:
        """Note which tokens people had under earlier keys; opt-outs stand under all from now on.

        Columns: ``alias``, ``token`` and ``fingerprint``, that of the alias's key.
        """
        ...

    def hr_ids(self) -> pl.DataFrame:
        """Return ``token`` and ``hr_id`` of everyone, each pair once."""
        ...

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new token, too: ``alias`` is the one that stood so far."""
        ...

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Remove the entries under old tokens, once nobody asks by them any more."""
        ...

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person, by any of their tokens, and return how many entries went."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...
