"""The directory in a SQLite file of its own."""

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import put_rows
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.tables import people
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.directory import DirectoryEntry


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

    def known_as(self, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
        """Return every token a person has had, the one that stands now first."""
        return (token,)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many entries went."""
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(people).where(people.c.token == token)).rowcount
        scrub(self._engine)
        return gone

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)
