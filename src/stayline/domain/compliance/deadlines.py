"""The last day on which a request may be answered."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int = 1) -> date:
    """Return the same day of a later month, or that month's last day where it has no such day.

    A last day on a weekend or holiday is not moved on: who answers by it is in time everywhere.

    >>> months_after(date(2027, 1, 31)).isoformat(), months_after(date(2026, 12, 5)).isoformat()
    ('2027-02-28', '2027-01-05')
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
