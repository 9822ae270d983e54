"""Go along the chain of audit events with a few thousand of them in memory at a time."""

import json
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import link
from stayline.adapters.embedded.database import reading
from stayline.adapters.embedded.tables import audit_events
from stayline.domain.audit_chain import CHAIN_START, ChainCheck

_TOGETHER = 2_000
_WALKED = 10_000
_NEXT = (
    "SELECT position, kind, actor, subject, at, details, link FROM audit_events "
    "WHERE position > ? ORDER BY position LIMIT ?"
)
_AT = (
    sa.select(audit_events)
    .where(audit_events.c.position.in_(sa.text("SELECT value FROM json_each(:positions)")))
    .order_by(audit_events.c.position)
)
_LAST = "SELECT coalesce(max(position), 0) FROM audit_events"


def matching(
    engine: sa.Engine, conditions: Sequence[sa.ColumnElement[bool]], limit: int | None
) -> Iterator[sa.Row[Any]]:
    """Yield the rows that hold now; ``limit`` keeps the newest.

    Which ones is found out first, from an index where there is one, and takes eight bytes each.
    The rows are then read in parts, so that no reader keeps the write-ahead file from being
    emptied.
    """
    query = sa.select(audit_events.c.position).where(*conditions)
    query = query.order_by(audit_events.c.position.desc()).limit(limit)
    with reading(engine) as connection:
        found = connection.execution_options(yield_per=_WALKED).execute(query).scalars()
        positions = array("q", found)
    positions.reverse()
    for start in range(0, len(positions), _TOGETHER):
        part = json.dumps(positions[start : start + _TOGETHER].tolist())
        with reading(engine) as connection:
            rows = connection.execute(_AT, {"positions": part}).all()
        yield from rows


def walk(
    engine: sa.Engine, at: Collection[int], progress: Callable[[int, int], None]
) -> ChainCheck:
    """Check each link in turn, and the times; stop at the first link that is broken."""
    wanted = frozenset(at)
    links = {0: CHAIN_START} if 0 in wanted else {}
    before, position, time = CHAIN_START, 0, 0
    reversals = furthest = 0
    problem: str | None = None
    with reading(engine) as connection:
        total = int(connection.exec_driver_sql(_LAST).scalar_one())
    while problem is None and (rows := _rows_after(engine, position)):
        for row in rows:
            problem = _problem(row, position + 1, before)
            if problem is not None:
                break
            position, before = position + 1, row.link
            if row.at < time:
                reversals += 1
                furthest = max(furthest, time - row.at)
            time = row.at
            if position in wanted:
                links[position] = before
        progress(position, max(total, position))
    return ChainCheck(
        position,
        before,
        () if problem is None else (problem,),
        links,
        reversals,
        timedelta(microseconds=furthest),
    )


def _rows_after(engine: sa.Engine, position: int) -> Sequence[Any]:
    with reading(engine) as connection:
        return connection.exec_driver_sql(_NEXT, (position, _WALKED)).all()


def _problem(row: Any, expected: int, before: str) -> str | None:
    if row.position != expected:
        return f"audit event {expected} is missing"
    if row.link != link(before, expected, row[1:6]):
        return f"audit event {expected} was altered or does not follow the one before"
    return None
