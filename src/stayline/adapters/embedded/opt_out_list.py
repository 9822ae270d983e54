"""The opt-out list in SQLite."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.quick_access import quick_rows
from stayline.adapters.embedded.tables import microseconds, opt_outs
from stayline.adapters.embedded.token_aliases import known_as
from stayline.domain.opt_out import OptOut
from stayline.domain.pseudonyms import EmployeeToken

_COVERED = (
    "SELECT token FROM opt_outs WHERE (until IS NULL OR since <= ? AND until > ?) AND token IN "
)


class SqliteOptOutList:
    """Keeps one row an interval and token: people are barred under every token they have had."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def opt_out(self, token: EmployeeToken, *, at: datetime) -> OptOut:
        """Bar scoring from now on; when it is barred already, nothing changes."""
        with writing(self._engine) as connection:
            row = connection.execute(
                sa.select(opt_outs).where(opt_outs.c.token == token, opt_outs.c.until.is_(None))
            ).one_or_none()
            if row is not None:
                return OptOut(**row._mapping)
            for one in known_as(connection, token):
                _open(connection, one, at)
            return OptOut(token, since=at)

    def opt_in(self, token: EmployeeToken, *, at: datetime) -> bool:
        """End the open interval."""
        with writing(self._engine) as connection:
            ended = connection.execute(
                sa.update(opt_outs)
                .where(opt_outs.c.token.in_(known_as(connection, token)))
                .where(opt_outs.c.until.is_(None))
                .values(until=at)
            )
        return ended.rowcount > 0

    def is_opted_out(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether scoring is barred at that instant."""
        return token in self.opted_out_of([token], at=at)

    def opted_out_of(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are barred at that instant."""
        instant = microseconds(at)
        return {row[0] for row in quick_rows(self._engine, _COVERED, tokens, (instant, instant))}

    def opted_out(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone barred at that instant."""
        covering = sa.select(opt_outs.c.token).where(
            sa.or_(
                opt_outs.c.until.is_(None), sa.and_(opt_outs.c.since <= at, opt_outs.c.until > at)
            )
        )
        with reading(self._engine) as connection:
            return {EmployeeToken(token) for token in connection.execute(covering).scalars()}

    def intervals(self, token: EmployeeToken) -> list[OptOut]:
        """Return a person's intervals, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(opt_outs).where(opt_outs.c.token == token).order_by(opt_outs.c.since)
            ).all()
        return [OptOut(**row._mapping) for row in rows]


def _open(connection: sa.Connection, token: EmployeeToken, at: datetime) -> None:
    """Begin an interval under one token, or reopen the one that began at this instant."""
    reopened = connection.execute(
        sa.update(opt_outs)
        .where(opt_outs.c.token == token, opt_outs.c.since == at)
        .values(until=None)
    )
    if reopened.rowcount == 0:
        connection.execute(sa.insert(opt_outs).values(token=token, since=at, until=None))
