"""Pages of the audit log in SQLite, each in about the same time however large the log is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading
from stayline.adapters.embedded.tables import audit_events, microseconds
from stayline.domain.audit_trail import TrailWish

_LOOKED_AT = 250_000
_ASIDE = 1_000
"""How many events beside the place of a time are looked at, too: processes hand theirs in in turn,
so that times are not quite in order."""
_NEXT = "SELECT at FROM audit_events WHERE position >= ? ORDER BY position LIMIT 1"
_NEWEST = "SELECT coalesce(max(position), 0) FROM audit_events"


def rows_before(
    engine: sa.Engine, wish: TrailWish, before: int | None, limit: int
) -> tuple[Sequence[sa.Row[Any]], int | None]:
    """Return rows, newest first, and before which position to go on, None for nowhere."""
    with reading(engine) as connection:
        newest = int(connection.exec_driver_sql(_NEWEST).scalar_one())
        end = newest + 1 if before is None else min(before, newest + 1)
        if wish.until is not None:
            end = min(end, _place(connection, wish.until, newest) + _ASIDE)
        first = 1
        if wish.since is not None:
            first = max(first, _place(connection, wish.since, newest) - _ASIDE)
        lowest = first if wish.subjects is not None else max(first, end - _LOOKED_AT)
        position = audit_events.c.position
        query = (
            sa.select(audit_events)
            .where(position < end, position >= lowest, *_conditions(wish))
            .order_by(position.desc())
            .limit(limit)
        )
        rows = connection.execute(query).all()
    reached = rows[-1].position if len(rows) == limit else lowest
    return rows, reached if reached > first else None


def _conditions(wish: TrailWish) -> list[sa.ColumnElement[bool]]:
    """Return what rows must be like; the kind is asked so that no index of it can be used.

    A kind's events would have to be sorted by position, and a kind may be most of all.
    """
    columns = audit_events.c
    kind = sa.func.coalesce(columns.kind, sa.literal_column("''"))
    return [
        *([] if wish.kind is None else [kind == wish.kind.value]),
        *([] if wish.subjects is None else [columns.subject.in_(wish.subjects)]),
        *([] if wish.actor is None else [columns.actor == wish.actor]),
        *([] if wish.since is None else [columns.at >= wish.since]),
        *([] if wish.until is None else [columns.at < wish.until]),
    ]


def _place(connection: sa.Connection, instant: datetime, newest: int) -> int:
    """Return the position of the first event at or after an instant, found by halving."""
    low, high, sought = 1, newest + 1, microseconds(instant)
    while low < high:
        middle = (low + high) // 2
        at = connection.exec_driver_sql(_NEXT, (middle,)).scalar()
        if at is None or at >= sought:
            high = middle
        else:
            low = middle + 1
    return low
