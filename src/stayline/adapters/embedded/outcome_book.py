"""The outcome book in SQLite."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from stayline.adapters.embedded.aged_rows import one_of, row_ages, together
from stayline.adapters.embedded.answer_tables import answered_people, answers
from stayline.adapters.embedded.database import damage, reading, scrub, writing
from stayline.adapters.embedded.outcome_tables import event_outcomes, person_outcomes
from stayline.domain.outcome_news import Told, news_of_events, news_of_people
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.ports.aged_records import NOBODY

Part = TypeVar("Part")
_KEYS_A_QUERY = 500
_ROWS_A_WRITE = 10_000


class SqliteOutcomeBook:
    """Keeps one row each time that something new became known of an event or a person.

    While a person's fate stays the same, the row that says until when moves on.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, outcomes: Sequence[EventOutcome | PersonOutcome]) -> int:
        """Keep what is new."""
        events = [outcome for outcome in outcomes if isinstance(outcome, EventOutcome)]
        people = [outcome for outcome in outcomes if isinstance(outcome, PersonOutcome)]
        with writing(self._engine) as connection:
            return _add_events(connection, events) + _add_people(connection, people)

    def of_events(self, as_of: datetime) -> dict[str, bool]:
        """Return whether the person left, by event or inference id."""
        table = event_outcomes
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(table.c.event_id, table.c.left)
                .where(table.c.known_at <= as_of)
                .order_by(table.c.known_at, table.c.position)
            )
            return {row.event_id: row.left for row in rows}

    def of_people(self, as_of: datetime) -> list[PersonOutcome]:
        """Return the last that was known of each person."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                _people().where(person_outcomes.c.known_at <= as_of).order_by(*_IN_ORDER)
            )
            last = {outcome.token: outcome for outcome in map(_person, rows)}
        return sorted(last.values(), key=lambda outcome: outcome.token)

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove everything about these people."""
        table = person_outcomes
        with writing(self._engine) as connection:
            gone = sum(
                connection.execute(sa.delete(table).where(table.c.token.in_(some))).rowcount
                for some in _parts(sorted(tokens), _KEYS_A_QUERY)
            )
        scrub(self._engine, person_outcomes)
        return gone

    def erase_events(self, ids: Collection[str]) -> int:
        """Remove the labels of these events."""
        table = event_outcomes
        with writing(self._engine) as connection:
            theirs = one_of(table.c.event_id, frozenset(ids))
            gone = connection.execute(sa.delete(table).where(theirs)).rowcount
        scrub(self._engine, event_outcomes)
        return gone

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the outcomes are, of people and of events."""
        return together(
            [
                row_ages(
                    self._engine, table.c.known_at, before,
                    source=table, is_held=is_held, token=table.c.get("token"),
                )
                for table, is_held in _held_rows(held)
            ]
        )  # fmt: skip

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove outcomes that became known before that time."""
        with writing(self._engine) as connection:
            gone = sum(
                connection.execute(
                    sa.delete(table).where(table.c.known_at < before, sa.not_(is_held))
                ).rowcount
                for table, is_held in _held_rows(held)
            )
        scrub(self._engine, person_outcomes, event_outcomes)
        return gone

    def problems(self) -> list[str]:
        """Return what the integrity check finds."""
        return damage(self._engine)


def _held_rows(
    held: AbstractSet[EmployeeToken],
) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return both tables, each with what tells the rows of people held.

    A label has no token; it is of who was answered under its id.
    """
    of_held = (
        sa.select(answers.c.event_id, answers.c.inference_id)
        .join(answered_people, answers.c.person == answered_people.c.number)
        .where(one_of(answered_people.c.token, held))
        .subquery()
    )
    event_id = event_outcomes.c.event_id
    is_theirs = sa.or_(
        event_id.in_(sa.select(of_held.c.event_id)),
        event_id.in_(sa.select(of_held.c.inference_id).where(of_held.c.inference_id.is_not(None))),
    )
    return [
        (person_outcomes, one_of(person_outcomes.c.token, held)),
        (event_outcomes, is_theirs if held else sa.false()),
    ]


_IN_ORDER = (person_outcomes.c.known_at, person_outcomes.c.position)


def _people() -> sa.Select[tuple[object, ...]]:
    return sa.select(*(c for c in person_outcomes.c if c is not person_outcomes.c.position))


def _person(row: sa.Row[tuple[object, ...]]) -> PersonOutcome:
    return PersonOutcome(**row._mapping)


def _add_events(connection: sa.Connection, events: Sequence[EventOutcome]) -> int:
    table, known = event_outcomes, dict[str, bool]()
    for some in _parts(sorted({event.event_id for event in events}), _KEYS_A_QUERY):
        rows = connection.execute(
            sa.select(table.c.event_id, table.c.left)
            .where(table.c.event_id.in_(some))
            .order_by(table.c.known_at, table.c.position)
        )
        known |= {row.event_id: row.left for row in rows}
    news = news_of_events(events, known)
    _insert(connection, table, news)
    return len(news)


def _add_people(connection: sa.Connection, people: Sequence[PersonOutcome]) -> int:
    table, known = person_outcomes, defaultdict[EmployeeToken, list[Told]](list)
    for some in _parts(sorted({person.token for person in people}), _KEYS_A_QUERY):
        query = sa.select(table).where(table.c.token.in_(some)).order_by(*_IN_ORDER)
        for row in connection.execute(query):
            values = dict(row._mapping)
            position = values.pop("position")
            known[row.token].append((PersonOutcome(**values), position))
    told = news_of_people(people, known)
    for places in _parts(told.outdated, _KEYS_A_QUERY):
        connection.execute(sa.delete(table).where(table.c.position.in_(places)))
    _insert(connection, table, told.news)
    return told.count


def _insert(
    connection: sa.Connection, table: sa.Table, news: Sequence[EventOutcome | PersonOutcome]
) -> None:
    for some in _parts(news, _ROWS_A_WRITE):
        connection.execute(sa.insert(table), [asdict(outcome) for outcome in some])


def _parts(whole: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))
