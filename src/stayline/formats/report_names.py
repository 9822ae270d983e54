"""What reports, their files and their times are called wherever they are kept."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TIME = "%Y%m%dT%H%M%S.%fZ"


def is_report_name(name: str) -> bool:
    """Whether a report may have this name: letters, digits, hyphens and underscores."""
    return _NAME.fullmatch(name) is not None


def is_report_file(file: str) -> bool:
    """Whether a file of a report may have this name, which may have dots, too."""
    return _FILE.fullmatch(file) is not None


def check_report_names(name: str, files: Iterable[str]) -> None:
    """Raise `ValueError` for a name that a report or a file of one may not have."""
    bad = [name] * (not is_report_name(name)) + [one for one in files if not is_report_file(one)]
    if bad:
        raise ValueError(f"{bad[0]!r} cannot name a report or a file of one.")


def report_time(at: datetime) -> str:
    """Return the instant as a name; names sort by time.

    >>> report_time(datetime(2026, 3, 1, 12, 0, 0, 5, UTC))
    '20260301T120000.000005Z'
    """
    return at.astimezone(UTC).strftime(_TIME)


def read_report_time(name: str) -> datetime | None:
    """Return the instant of a name; None for a name of none."""
    try:
        return datetime.strptime(name, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
