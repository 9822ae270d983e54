"""The opt-out list in SQLite."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.quick_access import quick_rows
from stayline.adapters.embedded.tables import microseconds, opt_outs
from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken

_COVERED = (
    "SELECT token FROM opt_outs WHERE (until IS NULL OR since <= ? AND until > ?) AND token IN "
)


class SqliteOptOutList:
    """Keeps one row an interval."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def opt_out(
        self,
        token: EmployeeToken,
        *,
        at: datetime,
        kind: OptOutKind = OptOutKind.OPT_OUT,
        channel: Channel = Channel.API,
        reason: str = "",
        recorded_at: datetime | None = None,
    ) -> OptOut:
        """Bar scoring from then on; where this kind bars it already, nothing changes."""
        own = sa.and_(opt_outs.c.token == token, opt_outs.c.kind == kind.value)
        with writing(self._engine) as connection:
            standing = (
                sa.select(opt_outs)
                .where(own, opt_outs.c.until.is_(None), opt_outs.c.since <= at)
                .order_by(opt_outs.c.since)
                .limit(1)
            )
            row = connection.execute(standing).one_or_none()
            if row is not None:
                return _interval(row)
            told = {"channel": channel.value, "reason": reason, "recorded_at": recorded_at}
            reopened = connection.execute(
                sa.update(opt_outs).where(own, opt_outs.c.since == at).values(until=None, **told)
            )
            if reopened.rowcount == 0:
                connection.execute(
                    sa.insert(opt_outs).values(token=token, since=at, kind=kind.value, **told)
                )
        return OptOut(token, at, None, kind, channel, reason, recorded_at)

    def opt_in(self, token: EmployeeToken, *, at: datetime, kind: OptOutKind | None = None) -> bool:
        """End the open intervals of that kind, or of every kind."""
        is_open = sa.and_(opt_outs.c.token == token, opt_outs.c.until.is_(None))
        if kind is not None:
            is_open = sa.and_(is_open, opt_outs.c.kind == kind.value)
        with writing(self._engine) as connection:
            ended = connection.execute(sa.update(opt_outs).where(is_open).values(until=at))
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
        return self._read(sa.select(opt_outs).where(opt_outs.c.token == token))

    def everyone(self) -> list[OptOut]:
        """Return all intervals of all people, oldest first."""
        return self._read(sa.select(opt_outs))

    def _read(self, query: sa.Select[Any]) -> list[OptOut]:
        ordered = query.order_by(opt_outs.c.since, opt_outs.c.kind, opt_outs.c.token)
        with reading(self._engine) as connection:
            return [_interval(row) for row in connection.execute(ordered)]


def _interval(row: sa.Row[Any]) -> OptOut:
    told = dict(row._mapping)
    return OptOut(**{**told, "kind": OptOutKind(told["kind"]), "channel": Channel(told["channel"])})
