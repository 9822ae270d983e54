"""When a key of a program is taken: until it is revoked or, once replaced, until its overlap ends.

The same rule for access keys and API keys, so that a program has time to change to its successor.
"""

import re
from datetime import datetime, timedelta

from stayline.errors import SettingRefused

LONGEST_OVERLAP = timedelta(days=90)
_OVERLAP = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def is_valid(valid_until: datetime | None, *, at: datetime) -> bool:
    """Whether a key is taken at an instant; ``valid_until`` is the first at which it is not.

    >>> from datetime import UTC
    >>> end = datetime(2026, 3, 1, tzinfo=UTC)
    >>> is_valid(None, at=end), is_valid(end, at=end), is_valid(end, at=end - timedelta(seconds=1))
    (True, False, True)
    """
    return valid_until is None or at < valid_until


def overlap_end(valid_until: datetime | None, *, at: datetime, overlap: timedelta) -> datetime:
    """Return until when a key that is replaced now is taken: never longer than it was before.

    Raises `SettingRefused` for an overlap that is none: negative, or longer than 90 days.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        expected = f"0 to {LONGEST_OVERLAP.days} days"
        raise SettingRefused("overlap", f"{overlap.total_seconds():.0f} seconds", expected)
    end = at + overlap
    return end if valid_until is None else min(end, valid_until)


def parse_overlap(text: str) -> timedelta:
    """Return the overlap that is meant by ``30m``, ``12h`` or ``7d``; raises `SettingRefused`.

    >>> parse_overlap("7d").days
    7
    """
    found = _OVERLAP.fullmatch(text.strip())
    if found is None:
        raise SettingRefused("overlap", text, "a number of minutes, hours or days such as 7d")
    return int(found[1]) * _UNITS[found[2]]
