"""Go along the chain of audit events with a few thousand of them in memory at a time."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading
from stayline.adapters.embedded.portable_sql import listed
from stayline.adapters.embedded.tables import audit_events
from stayline.domain.audit_chain import ChainCheck
from stayline.formats.audit_rows import ChainWalk

_TOGETHER = 2_000
_WALKED = 10_000
_NEXT = (
    "SELECT position, kind, actor, subject, at, details, link FROM audit_events "
    "WHERE position > ? ORDER BY position LIMIT ?"
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
        part = positions[start : start + _TOGETHER]
        with reading(engine) as connection:
            rows = connection.execute(_those_at(part)).all()
        yield from rows


def _those_at(positions: Iterable[int]) -> sa.Select[Any]:
    asked = listed(map(str, positions)).subquery()
    at = sa.cast(asked.c.value, sa.BigInteger)
    place = audit_events.c.position
    return sa.select(audit_events).where(place.in_(sa.select(at))).order_by(place)


def walk(
    engine: sa.Engine, at: Collection[int], progress: Callable[[int, int], None]
) -> ChainCheck:
    """Check each link in turn, and the times; stop at the first link that is broken."""
    going = ChainWalk(at)
    with reading(engine) as connection:
        total = int(connection.exec_driver_sql(_LAST).scalar_one())
    while going.problem is None and (rows := _rows_after(engine, going.position)):
        for row in rows:
            if not going.take(row.position, row[1:6], row.link, row.at):
                break
        progress(going.position, max(total, going.position))
    return going.found()


def _rows_after(engine: sa.Engine, position: int) -> Sequence[Any]:
    with reading(engine) as connection:
        return connection.exec_driver_sql(_NEXT, (position, _WALKED)).all()
