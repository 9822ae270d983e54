"""How old what a store keeps is, to the microsecond."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ages:
    """What a store holds, looked at with a limit and the people under legal hold.

    ``due`` counts what is older than the limit and of nobody held, ``held_back`` what is as old and
    of somebody held. ``tokens_digest`` is the SHA-256 of the sorted tokens of what is due, empty
    where rows carry none.
    """

    rows: int = 0
    oldest: datetime | None = None
    due: int = 0
    youngest_due: datetime | None = None
    held_back: int = 0
    tokens_digest: str = ""


def is_over(at: datetime, *, days: float, now: datetime) -> bool:
    """Whether something is older than so many days: at exactly that age it is not.

    >>> from datetime import UTC
    >>> at, days = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=180)
    >>> is_over(at, days=180, now=at + days)
    False
    >>> is_over(at, days=180, now=at + days + timedelta(seconds=1))
    True
    """
    return now - at > timedelta(days=days)


def age_days(at: datetime | None, now: datetime) -> float | None:
    """Return how old something is in days; None for nothing."""
    return None if at is None else (now - at) / _DAY
