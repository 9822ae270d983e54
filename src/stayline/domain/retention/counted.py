"""How old records are that come by one at a time."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from stayline.domain.retention.ages import Ages
from stayline.domain.retention.tokens_digest import tokens_digest


def counted_ages(
    records: Iterable[tuple[datetime, str]], before: datetime, held: AbstractSet[str]
) -> Ages:
    """Return how old records are, each told by its instant and whose it is, in any order.

    In memory are the tokens of what is due, and no record.

    >>> from datetime import UTC
    >>> old, new = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    >>> ages = counted_ages([(old, "a"), (old, "b"), (new, "a")], new, {"b"})
    >>> ages.rows, ages.due, ages.held_back
    (3, 1, 1)
    """
    rows = due = held_back = 0
    oldest: datetime | None = None
    youngest_due: datetime | None = None
    tokens = set[str]()
    for at, token in records:
        rows += 1
        oldest = at if oldest is None else min(oldest, at)
        if at >= before:
            continue
        if token in held:
            held_back += 1
            continue
        due += 1
        youngest_due = at if youngest_due is None else max(youngest_due, at)
        tokens.add(token)
    return Ages(rows, oldest, due, youngest_due, held_back, tokens_digest(tokens))
