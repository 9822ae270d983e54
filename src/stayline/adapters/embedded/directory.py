"""The directory in a SQLite file of its own."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import put_rows
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.quick_access import quick_all, quick_rows
from stayline.adapters.embedded.tables import instant, people
from stayline.adapters.embedded.token_aliases import TokenAliases
from stayline.adapters.embedded.two_names import copy_afresh, move, renaming
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.directory import MOST_LEVELS, DirectoryEntry

_NEWEST = """(
    SELECT coalesce(manager, '') FROM people WHERE token = {} ORDER BY event_time DESC LIMIT 1
)"""
_LINE = f"""
WITH RECURSIVE line(token, manager, level) AS (
    SELECT CAST(? AS VARCHAR), {_NEWEST.format("?")}, 0
    UNION ALL
    SELECT manager, {_NEWEST.format("line.manager")}, level + 1
    FROM line WHERE manager <> '' AND level < {MOST_LEVELS}
)
SELECT token FROM line WHERE manager IS NOT NULL ORDER BY level
"""  # noqa: S608  (words of ours)
"""A person and everybody above by their newest entries: '' is no manager, NULL is not here."""
_ENTRIES = """
SELECT token, hr_id, event_time, display_name, manager FROM people AS one
WHERE event_time = (SELECT max(event_time) FROM people WHERE token = one.token) AND token IN """
_EVER_BELOW = "SELECT DISTINCT token FROM people WHERE manager IN "
_AT_ONCE = 500


class SqliteDirectory:
    """Keeps one row per person and event time."""

    def __init__(self, engine: sa.Engine, aliases: TokenAliases) -> None:
        self._engine = engine
        self._aliases = aliases

    def put(self, entries: pl.DataFrame) -> int:
        """Add entries and return how many were new or changed."""
        return put_rows(self._engine, people, entries)

    def find(self, token: EmployeeToken) -> DirectoryEntry | None:
        """Return the newest entry of a person."""
        newest = (
            sa.select(people)
            .where(people.c.token == token)
            .order_by(people.c.event_time.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else DirectoryEntry(**row._mapping)

    def find_all(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, DirectoryEntry]:
        """Return the newest entry of each of these people."""
        found = map(_entry, quick_rows(self._engine, _ENTRIES, tokens))
        return {one.token: one for one in found}

    def people_below(self, manager: EmployeeToken, *, most: int) -> Sequence[DirectoryEntry]:
        """Return whom a manager leads, level by level."""
        return list(islice(self._below(manager), most)) if self.find(manager) else []

    def managers_above(self, token: EmployeeToken) -> Sequence[EmployeeToken]:
        """Return whom a person reports to, nearest first."""
        met = dict.fromkeys(row[0] for row in quick_all(self._engine, _LINE, (token, token)))
        return [EmployeeToken(one) for one in met if one != token]

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
        pairs = sa.select(people.c.token, people.c.hr_id).distinct()
        with reading(self._engine) as connection:
            rows = connection.execute(pairs).all()
        return pl.DataFrame(rows, {"token": pl.String(), "hr_id": pl.String()}, orient="row")

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new token, too."""
        with renaming(self._engine, renames) as connection:
            copy_afresh(connection, people)

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Remove the entries under old tokens."""
        with renaming(self._engine, renames) as connection:
            move(connection, people)
        scrub(self._engine, people)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and, last, what tells which tokens were theirs."""
        tokens = self.known_as(token)
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(people).where(people.c.token.in_(tokens))).rowcount
        scrub(self._engine, people)
        self._aliases.forget(tokens[0])
        return gone

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)

    def _below(self, manager: EmployeeToken) -> Iterator[DirectoryEntry]:
        met, level = {manager}, [manager]
        for _ in range(MOST_LEVELS):
            leaders, level = frozenset(level), []
            ever = quick_rows(self._engine, _EVER_BELOW, sorted(leaders))
            asked = sorted({EmployeeToken(token) for (token,) in ever} - met)
            for start in range(0, len(asked), _AT_ONCE):
                found = self.find_all(asked[start : start + _AT_ONCE]).values()
                led = [one for one in found if one.manager in leaders]
                yield from led
                level += [one.token for one in led]
            met.update(level)
            if not level:
                return


def _entry(row: tuple[Any, ...]) -> DirectoryEntry:
    token, hr_id, at, display_name, manager = row
    return DirectoryEntry(token, hr_id, instant(at), display_name, manager)
