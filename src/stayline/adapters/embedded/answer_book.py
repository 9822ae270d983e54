"""The answer book in SQLite."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.aged_rows import one_of, row_ages
from stayline.adapters.embedded.answer_tables import answered_people as people
from stayline.adapters.embedded.answer_tables import answers as kept
from stayline.adapters.embedded.bulk import CHUNK
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.portable_sql import insert_into
from stayline.adapters.embedded.sqlite_database import room_for_indexes
from stayline.adapters.embedded.token_aliases import standing
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.ports.aged_records import NOBODY
from stayline.ports.answer_book import ANSWER_TYPES

_KEYS_A_QUERY = 500


class SqliteAnswerBook:
    """Keeps one row an answered request, in the order of adding and then of time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        insert = insert_into(engine.dialect, kept).on_conflict_do_nothing(
            index_elements=[kept.c.event_id]
        )
        self._insert = str(insert.compile(dialect=engine.dialect))

    def add(self, answers: pl.DataFrame) -> int:
        """Keep the answers whose event is not there yet."""
        rows = (
            answers.select(pl.col(name).cast(kind) for name, kind in ANSWER_TYPES.items())
            .unique("event_id", keep="first", maintain_order=True)
            .sort("inferred_at", "event_id")
            .with_columns(pl.col("inferred_at").dt.epoch("us"))
        )
        with writing(self._engine) as connection, room_for_indexes(connection):
            rows = rows.with_columns(standing(connection, rows["token"]))
            numbers = _numbers(connection, rows["token"].drop_nulls().unique(maintain_order=True))
            numbered = rows.join(numbers, on="token", how="left", maintain_order="left")
            return sum(
                connection.exec_driver_sql(self._insert, chunk.rows()).rowcount
                for chunk in numbered.select(column.name for column in kept.c).iter_slices(CHUNK)
            )

    def between(self, start: datetime, end: datetime, *, model_version: int) -> pl.DataFrame:
        """Return the answers that a version gave in that time."""
        at = kept.c.inferred_at
        columns = {**kept.c, "token": people.c.token}
        query = (
            sa.select(*(sa.type_coerce(columns[name], sa.types.NullType) for name in ANSWER_TYPES))
            .join_from(kept, people, kept.c.person == people.c.number, isouter=True)
            .where(kept.c.model_version == model_version, at >= start, at < end)
            .order_by(at, kept.c.event_id)
        )
        with reading(self._engine) as connection:
            parts = map(_frame, connection.execute(query).partitions(CHUNK))
            return pl.concat([_frame([]), *parts])

    def times(self, *, model_version: int) -> tuple[datetime, datetime] | None:
        """Return a version's first and last time, each from one end of the index."""
        with reading(self._engine) as connection:
            first, last = (
                connection.execute(
                    sa.select(end(kept.c.inferred_at)).where(kept.c.model_version == model_version)
                ).scalar_one()
                for end in (sa.func.min, sa.func.max)
            )
        return None if first is None else (first, last)

    def standing(self, tokens: pl.Series) -> pl.Series:
        """Return tokens with the one that stands now in the place of every earlier one."""
        with reading(self._engine) as connection:
            return standing(connection, tokens)

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove the answers about these people and overwrite the tokens."""
        those, gone = sorted(tokens), 0
        with writing(self._engine) as connection:
            for start in range(0, len(those), _KEYS_A_QUERY):
                is_one = people.c.token.in_(those[start : start + _KEYS_A_QUERY])
                numbers = sa.select(people.c.number).where(is_one)
                theirs = sa.delete(kept).where(kept.c.person.in_(numbers))
                gone += connection.execute(theirs).rowcount
                connection.execute(_BLANK.where(is_one))
        scrub(self._engine, kept, people)
        return gone

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the event and inference ids of the answers about these people."""
        numbers = _numbers_of(frozenset(tokens))
        query = sa.select(kept.c.event_id, kept.c.inference_id).where(kept.c.person.in_(numbers))
        with reading(self._engine) as connection:
            return {name for row in connection.execute(query) for name in row if name}

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the answers are."""
        source = kept.join(people, kept.c.person == people.c.number, isouter=True)
        token = people.c.token
        is_held = one_of(token, held)
        return row_ages(
            self._engine, kept.c.inferred_at, before, source=source, is_held=is_held, token=token
        )

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove the answers given before that time, and the tokens that then have none."""
        has_answers = sa.exists().where(kept.c.person == people.c.number)
        is_held = sa.func.coalesce(kept.c.person, -1).in_(_numbers_of(held))
        due = sa.and_(kept.c.inferred_at < before, sa.not_(is_held))
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(kept).where(due)).rowcount
            connection.execute(_BLANK.where(~has_answers))
        scrub(self._engine, kept, people)
        return gone

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)


def _numbers_of(tokens: AbstractSet[EmployeeToken]) -> sa.Select[tuple[int]]:
    return sa.select(people.c.number).where(one_of(people.c.token, tokens))


_BLANK = sa.update(people).values(
    token=sa.func.substr("-" * 256, 1, sa.func.length(people.c.token))
)
"""Of the same length, so that SQLite overwrites the token where it stands and moves no row."""


def _numbers(connection: sa.Connection, tokens: pl.Series) -> pl.DataFrame:
    """Return ``token`` and ``person``, its number, of these and of everybody else."""
    known = _everyone(connection)
    new = tokens.filter(~tokens.is_in(known["token"].implode()))
    if new.is_empty():
        return known
    connection.execute(sa.insert(people), [{"token": token} for token in new])
    return _everyone(connection)


def _everyone(connection: sa.Connection) -> pl.DataFrame:
    rows = connection.execute(sa.select(people.c.token, people.c.number)).all()
    found = pl.DataFrame(rows, {"token": pl.String(), "person": pl.Int64()}, orient="row")
    return found.unique("token", keep="first")


def _frame(rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    raw = ANSWER_TYPES | {"inferred_at": pl.Int64()}
    columns = zip(*rows, strict=True) if rows else ((),) * len(raw)
    series = [
        pl.Series(name, values, dtype=kind)
        for (name, kind), values in zip(raw.items(), columns, strict=True)
    ]
    return pl.DataFrame(series).cast({"inferred_at": ANSWER_TYPES["inferred_at"]})
