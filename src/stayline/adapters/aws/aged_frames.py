"""How old the rows of frames are, and which are due."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, tokens_digest


def is_one(column: str, values: AbstractSet[str]) -> pl.Expr:
    """Return whether a column is one of these values; null is none of them."""
    return pl.col(column).is_in(sorted(values)).fill_null(value=False)


def frame_ages(
    frames: Iterable[pl.DataFrame],
    at: str,
    before: datetime,
    *,
    is_held: pl.Expr,
) -> Ages:
    """Return how old the rows are by the column ``at``, holding one frame at a time.

    ``token`` tells whose they are."""
    rows = due = held_back = 0
    oldest: datetime | None = None
    youngest_due: datetime | None = None
    tokens = set[EmployeeToken]()
    is_old = pl.col(at) < before
    for frame in frames:
        theirs = frame.filter(is_old & ~is_held)
        rows += frame.height
        due += theirs.height
        held_back += frame.filter(is_old & is_held).height
        oldest = min(_times(oldest, frame[at].min()), default=None)
        youngest_due = max(_times(youngest_due, theirs[at].max()), default=None)
        tokens.update(theirs["token"].drop_nulls())
    return Ages(rows, oldest, due, youngest_due, held_back, tokens_digest(tokens))


def _times(*found: object) -> list[datetime]:
    return [at.astimezone(UTC) for at in found if isinstance(at, datetime)]
