"""The quarters of a year, in UTC."""

import re
from datetime import UTC, datetime

from stayline.domain.compliance.verdicts import Window
from stayline.errors import SettingRefused

_QUARTER = re.compile(r"([12]\d{3})-?[Qq]([1-4])")


def quarter_named(name: str) -> Window:
    """Return the quarter of that name; raises `SettingRefused`.

    >>> quarter_named("2026-Q4").since.isoformat()
    '2026-10-01T00:00:00+00:00'
    """
    found = _QUARTER.fullmatch(name.strip())
    if found is None:
        raise SettingRefused("quarter", name, "a year and a quarter, e.g. 2026-Q4")
    return _quarter(int(found[1]), int(found[2]))


def quarter_of(instant: datetime) -> Window:
    """Return the quarter that an instant lies in."""
    return _quarter(instant.year, (instant.month + 2) // 3)


def name_of(instant: datetime) -> str:
    """Return what the quarter of an instant is called.

    >>> name_of(datetime(2026, 12, 31, tzinfo=UTC))
    '2026-Q4'
    """
    return f"{instant.year}-Q{(instant.month + 2) // 3}"


def _quarter(year: int, quarter: int) -> Window:
    since = datetime(year, 3 * quarter - 2, 1, tzinfo=UTC)
    ends_in = (year + 1, 1) if quarter == 4 else (year, 3 * quarter + 1)
    return Window(since, datetime(*ends_in, 1, tzinfo=UTC))
