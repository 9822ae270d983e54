"""The decision book in SQLite."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stayline.adapters.embedded.aged_rows import one_of, row_ages
from stayline.adapters.embedded.database import reading, scrub, writing
from stayline.adapters.embedded.tables import decisions
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.ports.aged_records import NOBODY


class SqliteDecisionBook:
    """Keeps one row a decision."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, decision: Decision) -> bool:
        """Keep a decision, unless its id is taken."""
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(
                        sa.insert(decisions).values(
                            **asdict(decision) | {"action": decision.action.value}
                        )
                    )
            except IntegrityError:
                return False
        return True

    def decisions(self, token: EmployeeToken) -> list[Decision]:
        """Return a person's decisions, oldest first."""
        return self._found(decisions.c.token == token)

    def latest_by(self, decided_by: str, limit: int) -> list[Decision]:
        """Return the newest decisions that one person took, oldest first."""
        newest = (
            sa.select(decisions)
            .where(decisions.c.decided_by == decided_by)
            .order_by(decisions.c.decided_at.desc(), decisions.c.decision_id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [_decision(row) for row in reversed(connection.execute(newest).all())]

    def between(self, start: datetime, end: datetime) -> list[Decision]:
        """Return everybody's decisions of a period, oldest first."""
        return self._found(decisions.c.decided_at >= start, decisions.c.decided_at < end)

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the decisions are."""
        token = decisions.c.token
        return row_ages(
            self._engine, decisions.c.decided_at, before,
            source=decisions, is_held=one_of(token, held), token=token,
        )  # fmt: skip

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove decisions made before that time."""
        return self._removed(
            decisions.c.decided_at < before, sa.not_(one_of(decisions.c.token, held))
        )

    def erase(self, tokens: Collection[EmployeeToken], *, before: datetime | None) -> int:
        """Remove decisions about these people, all or those made before that time."""
        is_old = sa.true() if before is None else decisions.c.decided_at < before
        return self._removed(one_of(decisions.c.token, frozenset(tokens)), is_old)

    def _removed(self, *conditions: sa.ColumnElement[bool]) -> int:
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(decisions).where(*conditions)).rowcount
        scrub(self._engine, decisions)
        return gone

    def _found(self, *conditions: sa.ColumnElement[bool]) -> list[Decision]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(decisions)
                .where(*conditions)
                .order_by(decisions.c.decided_at, decisions.c.decision_id)
            ).all()
        return [_decision(row) for row in rows]


def _decision(row: sa.Row[Any]) -> Decision:
    read = {"action": ActionKind(row.action), "is_bulk": bool(row.is_bulk)}
    return Decision(**dict(row._mapping) | read)
