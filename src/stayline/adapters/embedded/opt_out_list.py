"""The opt-out list in SQLite."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.aged_rows import one_of
from stayline.adapters.embedded.change_mark import OPT_OUTS, ChangeMark, Mark
from stayline.adapters.embedded.database import reading, scrub
from stayline.adapters.embedded.quick_access import quick_all, quick_rows
from stayline.adapters.embedded.tables import microseconds, opt_outs
from stayline.adapters.embedded.token_aliases import known_as
from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken

_COVERED = (
    "SELECT token FROM opt_outs WHERE (until IS NULL OR since <= ? AND until > ?) AND token IN "
)
_NAMED = "SELECT DISTINCT token FROM opt_outs LIMIT ?"
MOST_NAMED = 10_000
"""Of more people everyone is looked up, since reading them all would hold up who waits."""
FRESH_S = 1.0
"""For how long who is named is believed whatever happens, if the table is changed past us."""


@dataclass(frozen=True, slots=True)
class _Named:
    """Everyone whom the list names, now or long ago, as of a mark; None where they are too many.

    ``fresh_until`` is an instant of the monotonic clock.
    """

    tokens: AbstractSet[str] | None
    mark: Mark
    fresh_until: float


class SqliteOptOutList:
    """Keeps one row an interval, and in memory whom the list names at all.

    Hardly anybody who is scored is named, and whoever is not is not barred at any instant: that
    takes no read. The memory holds for as long as the mark is the same, which changes before any
    process commits an opt-out; so one is honoured from the moment it is committed. People are
    barred under every token they have had.

    Where gateways share the database there is no mark, and each turn asks it of its people: what
    one gateway commits every other obeys at once, and while the server is away nobody who is named
    is scored.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._mark = ChangeMark(engine, OPT_OUTS)
        self._named: _Named | None = None

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
        with self._mark.changing() as connection:
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
            for one in known_as(connection, token):
                _open(connection, one, at, kind, told)
        return OptOut(token, at, None, kind, channel, reason, recorded_at)

    def opt_in(self, token: EmployeeToken, *, at: datetime, kind: OptOutKind | None = None) -> bool:
        """End the open intervals of that kind, or of every kind."""
        with self._mark.changing() as connection:
            theirs = opt_outs.c.token.in_(known_as(connection, token))
            is_open = sa.and_(theirs, opt_outs.c.until.is_(None))
            if kind is not None:
                is_open = sa.and_(is_open, opt_outs.c.kind == kind.value)
            ended = connection.execute(sa.update(opt_outs).where(is_open).values(until=at))
        return ended.rowcount > 0

    def is_opted_out(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether scoring is barred at that instant."""
        return token in self.opted_out_of([token], at=at)

    def opted_out_of(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are barred at that instant."""
        if not tokens:
            return frozenset()
        named = self._everyone_named()
        asked = tokens if named is None else [token for token in tokens if token in named]
        if not asked:
            return frozenset()
        instant = microseconds(at)
        return {row[0] for row in quick_rows(self._engine, _COVERED, asked, (instant, instant))}

    def opted_out(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone barred at that instant."""
        covering = sa.select(opt_outs.c.token).where(
            sa.or_(
                opt_outs.c.until.is_(None), sa.and_(opt_outs.c.since <= at, opt_outs.c.until > at)
            )
        )
        with reading(self._engine) as connection:
            return {EmployeeToken(token) for token in connection.execute(covering).scalars()}

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove every interval of these people."""
        with self._mark.changing() as connection:
            theirs = one_of(opt_outs.c.token, frozenset(tokens))
            gone = connection.execute(sa.delete(opt_outs).where(theirs)).rowcount
        scrub(self._engine, opt_outs)
        return gone

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

    def _everyone_named(self) -> AbstractSet[str] | None:
        """Return everyone whom the list names, or None where that is not known."""
        mark, last = self._mark.seen(), self._named
        if mark is None:
            return None
        if last is not None and last.mark == mark and monotonic() < last.fresh_until:
            return last.tokens
        rows = quick_all(self._engine, _NAMED, (MOST_NAMED + 1,))
        tokens = frozenset(row[0] for row in rows) if len(rows) <= MOST_NAMED else None
        self._named = _Named(tokens, mark, monotonic() + FRESH_S)
        return tokens


def _interval(row: sa.Row[Any]) -> OptOut:
    told = dict(row._mapping)
    return OptOut(**{**told, "kind": OptOutKind(told["kind"]), "channel": Channel(told["channel"])})


def _open(
    connection: sa.Connection,
    token: EmployeeToken,
    at: datetime,
    kind: OptOutKind,
    told: Mapping[str, Any],
) -> None:
    """Begin an interval under one token, or reopen the one that began at this instant."""
    own = sa.and_(opt_outs.c.token == token, opt_outs.c.kind == kind.value)
    reopened = connection.execute(
        sa.update(opt_outs).where(own, opt_outs.c.since == at).values(until=None, **told)
    )
    if reopened.rowcount == 0:
        connection.execute(
            sa.insert(opt_outs).values(token=token, since=at, kind=kind.value, **told)
        )
