"""The directory in a SQLite file of its own."""

from collections.abc import Sequence

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import put_rows
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.quick_access import quick_all
from stayline.adapters.embedded.tables import people
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.directory import MOST_LEVELS, DirectoryEntry

_NEWEST = """(
    SELECT coalesce(manager, '') FROM people WHERE token = {} ORDER BY event_time DESC LIMIT 1
)"""
_LINE = f"""
WITH RECURSIVE line(token, manager, level) AS (
    SELECT ?1, {_NEWEST.format("?1")}, 0
    UNION ALL
    SELECT manager, {_NEWEST.format("line.manager")}, level + 1
    FROM line WHERE manager <> '' AND level < {MOST_LEVELS}
)
SELECT token FROM line WHERE manager IS NOT NULL ORDER BY level
"""  # noqa: S608  (words of ours)
"""A person and everybody above by their newest entries: '' is no manager, NULL is not here."""


class SqliteDirectory:
    """Keeps one row per person and event time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

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

    def managers_above(self, token: EmployeeToken) -> Sequence[EmployeeToken]:
        """Return whom a person reports to, nearest first."""
        met = dict.fromkeys(row[0] for row in quick_all(self._engine, _LINE, (token,)))
        return [EmployeeToken(one) for one in met if one != token]

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many entries went."""
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(people).where(people.c.token == token)).rowcount
        scrub(self._engine)
        return gone

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)
