"""The alarm book in SQLite, with an outbox of what is still to be delivered."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.alarm_tables import (
    alarm_acknowledgements,
    alarm_deliveries,
    alarm_transitions,
    alarms,
)
from stayline.adapters.embedded.database import reading, writing
from stayline.domain.alarm_history import Acknowledgement, Standing, Transition
from stayline.domain.alarms import AlarmState
from stayline.ports.alarm_book import Delivery


class SqliteAlarmBook:
    """Keeps one row an alarm, a transition, a delivery and an acknowledgement."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def standings(self) -> dict[str, Standing]:
        """Return how each alarm stands."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(alarms).order_by(alarms.c.alarm)).all()
        return {row[0]: _standing(row) for row in rows}

    def move(
        self,
        before: Standing | None,
        after: Standing,
        transition: Transition | None,
        channels: Sequence[str] = (),
    ) -> bool:
        """Keep a standing, its transition and deliveries, unless somebody else was quicker."""
        where = alarms.c.alarm == after.alarm
        with writing(self._engine) as connection:
            row = connection.execute(sa.select(alarms).where(where)).one_or_none()
            if (None if row is None else _standing(row)) != before:
                return False
            put = sa.insert(alarms) if row is None else sa.update(alarms).where(where)
            connection.execute(put.values(**asdict(after)))
            if transition is not None:
                connection.execute(sa.insert(alarm_transitions).values(**asdict(transition)))
                for channel in channels:
                    connection.execute(
                        sa.insert(alarm_deliveries).values(
                            transition_id=transition.transition_id,
                            channel=channel,
                            attempts=0,
                            next_at=transition.at,
                            problem="",
                        )
                    )
        return True

    def history(self, alarm: str | None = None, *, limit: int = 100) -> list[Transition]:
        """Return transitions, newest first."""
        query = sa.select(alarm_transitions).order_by(alarm_transitions.c.position.desc())
        if alarm is not None:
            query = query.where(alarm_transitions.c.alarm == alarm)
        with reading(self._engine) as connection:
            return [_transition(row) for row in connection.execute(query.limit(limit)).all()]

    def undelivered(self) -> list[Delivery]:
        """Return what is still to be delivered, oldest transition first."""
        query = _DELIVERIES.where(alarm_deliveries.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(alarm_transitions.c.position)).all()
        return [_delivery(row) for row in rows]

    def take(self, delivery: Delivery, *, next_at: datetime) -> bool:
        """Count an attempt, unless somebody else has counted one since."""
        due = sa.and_(
            _is(delivery),
            alarm_deliveries.c.attempts == delivery.attempts,
            alarm_deliveries.c.ended_at.is_(None),
        )
        with writing(self._engine) as connection:
            taken = connection.execute(
                sa.update(alarm_deliveries)
                .where(due)
                .values(attempts=delivery.attempts + 1, next_at=next_at)
            )
        return taken.rowcount == 1

    def end(self, delivery: Delivery, *, at: datetime, problem: str = "") -> None:
        """Note that a delivery is over."""
        self._note(delivery, ended_at=at, problem=problem)

    def failed(self, delivery: Delivery, *, problem: str) -> None:
        """Note why an attempt failed."""
        self._note(delivery, problem=problem)

    def given_up(self, *, limit: int = 100) -> list[Delivery]:
        """Return deliveries that ended with a problem, newest transition first."""
        query = _DELIVERIES.where(
            alarm_deliveries.c.ended_at.is_not(None), alarm_deliveries.c.problem != ""
        ).order_by(alarm_transitions.c.position.desc())
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query.limit(limit)).all()]

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement."""
        with writing(self._engine) as connection:
            connection.execute(sa.insert(alarm_acknowledgements).values(**asdict(acknowledgement)))

    def acknowledgements(self, alarm: str | None = None) -> list[Acknowledgement]:
        """Return acknowledgements, oldest first."""
        query = sa.select(alarm_acknowledgements).order_by(alarm_acknowledgements.c.position)
        if alarm is not None:
            query = query.where(alarm_acknowledgements.c.alarm == alarm)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Acknowledgement(row.alarm, row.since, row.by, row.note, row.at) for row in rows]

    def purge(self, before: datetime) -> int:
        """Remove old transitions that nobody waits for, and old acknowledgements."""
        waiting = sa.select(alarm_deliveries.c.transition_id).where(
            alarm_deliveries.c.ended_at.is_(None)
        )
        kept = sa.select(alarm_transitions.c.transition_id)
        with writing(self._engine) as connection:
            gone = connection.execute(
                sa.delete(alarm_transitions).where(
                    alarm_transitions.c.at < before,
                    alarm_transitions.c.transition_id.not_in(waiting),
                )
            ).rowcount
            connection.execute(
                sa.delete(alarm_deliveries).where(alarm_deliveries.c.transition_id.not_in(kept))
            )
            return gone + (
                connection.execute(
                    sa.delete(alarm_acknowledgements).where(alarm_acknowledgements.c.at < before)
                ).rowcount
            )

    def _note(self, delivery: Delivery, **values: datetime | str) -> None:
        with writing(self._engine) as connection:
            connection.execute(sa.update(alarm_deliveries).where(_is(delivery)).values(**values))


_DELIVERIES = sa.select(
    alarm_transitions,
    alarm_deliveries.c.channel,
    alarm_deliveries.c.attempts,
    alarm_deliveries.c.next_at,
    alarm_deliveries.c.problem,
).join(alarm_deliveries, alarm_deliveries.c.transition_id == alarm_transitions.c.transition_id)


def _is(delivery: Delivery) -> sa.ColumnElement[bool]:
    return sa.and_(
        alarm_deliveries.c.transition_id == delivery.transition.transition_id,
        alarm_deliveries.c.channel == delivery.channel,
    )


def _standing(row: Sequence[Any]) -> Standing:
    alarm, rule, state, *rest = row
    return Standing(alarm, rule, AlarmState(state), *rest)


def _transition(row: sa.Row[Any]) -> Transition:
    return Transition(
        row.transition_id, row.alarm, row.rule, AlarmState(row.former), AlarmState(row.state),
        row.at, row.value, row.reason,
    )  # fmt: skip


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(_transition(row), row.channel, row.attempts, row.next_at, row.problem)
