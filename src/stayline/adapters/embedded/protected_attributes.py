"""Protected attributes in a SQLite file of their own."""

from collections.abc import Sequence
from datetime import UTC

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import put_rows
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.portable_sql import listed
from stayline.adapters.embedded.tables import protected_attributes, protected_reads
from stayline.adapters.embedded.two_names import move, renaming
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import EmployeeToken
from stayline.formats.attribute_texts import KEYS, attribute_columns, attribute_texts
from stayline.ports.clock import Clock

_ROWS_AT_ONCE = 50_000
"""Rows of a driver take ten times the memory of those of a frame."""


class SqliteProtectedAttributes:
    """Keeps one row per person and event time, its attributes as a JSON object."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def put(self, rows: pl.DataFrame) -> int:
        """Add rows and return how many were new or changed."""
        return put_rows(self._engine, protected_attributes, attribute_texts(rows))

    def read(self, purpose: AuditPurpose) -> pl.DataFrame:
        """Record the read, then return all rows."""
        return self._read(purpose, sa.true())

    def read_of(self, tokens: Sequence[EmployeeToken], purpose: AuditPurpose) -> pl.DataFrame:
        """Record the read, then return the rows of these people."""
        return self._read(purpose, protected_attributes.c.token.in_(listed(tokens)))

    def _read(self, purpose: AuditPurpose, of_whom: sa.ColumnElement[bool]) -> pl.DataFrame:
        table = protected_attributes
        with writing(self._engine) as connection:
            connection.execute(
                sa.insert(protected_reads).values(
                    actor=purpose.actor, purpose=purpose.purpose, at=self._clock.now()
                )
            )
        everything = sa.select(
            table.c.token, sa.type_coerce(table.c.event_time, sa.BigInteger), table.c.attributes
        )
        ordered = everything.where(of_whom).order_by(table.c.token, table.c.event_time)
        with reading(self._engine) as connection:
            rows = connection.execute(ordered, execution_options={"yield_per": _ROWS_AT_ONCE})
            parts = [_frame(part) for part in rows.partitions()]
        whole = pl.concat([_frame([]), *parts], how="diagonal")
        return whole.select(*KEYS, *sorted(set(whole.columns) - set(KEYS)))

    def reads(self) -> list[tuple[AuditPurpose, str]]:
        """Return every recorded read, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(protected_reads).order_by(protected_reads.c.position)
            ).all()
        return [
            (AuditPurpose(row.actor, row.purpose), row.at.astimezone(UTC).isoformat())
            for row in rows
        ]

    def rename(self, renames: pl.DataFrame) -> None:
        """Put new tokens in the place of old ones."""
        with renaming(self._engine, renames) as connection:
            move(connection, protected_attributes)
        scrub(self._engine, protected_attributes)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many rows went."""
        with writing(self._engine) as connection:
            gone = sa.delete(protected_attributes).where(protected_attributes.c.token == token)
            count = connection.execute(gone).rowcount
        scrub(self._engine, protected_attributes)
        return count

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)


def _frame(rows: Sequence[sa.Row[tuple[str, int, str]]]) -> pl.DataFrame:
    tokens, times, texts = zip(*rows, strict=True) if rows else ((), (), ())
    at = pl.Series(times, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    keys = pl.DataFrame({"token": pl.Series(tokens, dtype=pl.String), "event_time": at})
    return keys.with_columns(attribute_columns(texts))
