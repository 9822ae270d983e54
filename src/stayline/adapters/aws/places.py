"""Places in a table that sort as what they stand for."""

from datetime import UTC, datetime

_DIGITS = 10


def by_time(at: datetime) -> str:
    """Return an aware instant as text of one length, to the microsecond.

    >>> by_time(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00.000000Z'
    """
    told = at.astimezone(UTC).isoformat(timespec="microseconds")
    return told.replace("+00:00", "Z")


def by_number(number: int) -> str:
    """Return a count from 0 on as text of one length.

    >>> by_number(9) < by_number(10)
    True
    """
    return f"{number:0{_DIGITS}}"
