"""How old the rows of a table are, and which are due, in one look at the database."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading
from stayline.adapters.embedded.portable_sql import listed
from stayline.domain.retention import Ages, tokens_digest


def one_of(column: sa.ColumnElement[Any], values: AbstractSet[str]) -> sa.ColumnElement[bool]:
    """Return whether a column is one of so many values as there may be."""
    return sa.func.coalesce(column, "").in_(listed(values))


def row_ages(
    engine: sa.Engine,
    at: sa.Column[datetime],
    before: datetime,
    *,
    source: sa.FromClause,
    is_held: sa.ColumnElement[bool],
    token: sa.ColumnElement[Any] | None = None,
) -> Ages:
    """Return how old the rows of the table of ``at`` are; those of people held are not due.

    ``source`` is that table, with what tells of people beside each row. Each question is one that
    an index on ``at`` answers, so that many rows that are not due cost little.
    """
    is_old, is_free = at < before, sa.not_(is_held)
    old = sa.select(
        sa.func.count().filter(is_free),
        sa.func.max(at).filter(is_free),
        sa.func.count().filter(is_held),
    )
    with reading(engine) as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(at.table)).scalar_one()
        oldest = connection.execute(sa.select(sa.func.min(at))).scalar_one()
        looked = connection.execute(old.select_from(source).where(is_old))
        due, youngest_due, held_back = looked.one()
        tokens: set[str] = set()
        if token is not None and due:
            whose = sa.select(token).select_from(source).where(is_old, is_free).distinct()
            tokens = {one for one in connection.execute(whose).scalars() if one}
    return Ages(
        rows, _instant(oldest), due, _instant(youngest_due), held_back, tokens_digest(tokens)
    )


def together(parts: list[Ages]) -> Ages:
    """Return the ages of several tables as those of one."""
    oldest = [part.oldest for part in parts if part.oldest is not None]
    youngest = [part.youngest_due for part in parts if part.youngest_due is not None]
    return Ages(
        rows=sum(part.rows for part in parts),
        oldest=min(oldest, default=None),
        due=sum(part.due for part in parts),
        youngest_due=max(youngest, default=None),
        held_back=sum(part.held_back for part in parts),
        tokens_digest=next((part.tokens_digest for part in parts if part.tokens_digest), ""),
    )


def _instant(found: datetime | None) -> datetime | None:
    return None if found is None else found.astimezone(UTC)
