"""How often a schedule of AWS runs in a month, told from its expression."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from stayline.domain.aws_cost.traffic import DAYS_A_MONTH

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_A_DAY = {"minute": 1440.0, "hour": 24.0, "day": 1.0}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEAR = [date(2027, 1, 1) + timedelta(days=day) for day in range(365)]
"""A year that is no leap year; it begins on a Friday."""
_Matches = Callable[[date], bool]


def runs_a_month(expression: str) -> float | None:
    """Return the runs of an average month; None for what cannot be read.

    >>> round(runs_a_month("rate(6 hours)")), round(runs_a_month("cron(0 2 * * ? *)"), 1)
    (122, 30.4)
    >>> runs_a_month("cron(0 3 1 * ? *)"), round(runs_a_month("cron(0 4 1 1,4,7,10 ? *)"), 2)
    (1.0, 0.33)
    >>> runs_a_month("cron(0 4 ? * 2#1 *)"), runs_a_month("at(2026-12-01T00:00:00)")
    (1.0, 0.0)
    """
    text = " ".join(expression.split())
    if text.startswith("at("):
        return 0.0
    rate, cron = _RATE.fullmatch(text), _CRON.fullmatch(text)
    if rate is not None and int(rate[1]):
        return _A_DAY[rate[2]] / int(rate[1]) * DAYS_A_MONTH
    fields = cron[1].split() if cron is not None else []
    if len(fields) != 6:
        return None
    try:
        return _cron_runs(fields)
    except ValueError:
        return None


def _cron_runs(fields: list[str]) -> float:
    """Return the runs; the year's own field is taken for every year."""
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    months = _numbers(fields[3], 1, 12, _MONTHS)
    of_month, of_week = _day_of_month(fields[2]), _day_of_week(fields[4])
    days = sum(day.month in months and of_month(day) and of_week(day) for day in _YEAR)
    return len(minutes) * len(hours) * days / 12


def _numbers(text: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """Return what a field allows: ``*``, ``?``, ``1,3``, ``1-5``, ``0/15``, ``MON-FRI``."""
    found: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first in ("*", "?") else _number(first, names)
        end = high if first in ("*", "?") or (step and not last) else _number(last or first, names)
        if not low <= start <= end <= high:
            raise ValueError(text)
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text) + 1 if text in names else int(text)


def _day_of_month(text: str) -> _Matches:
    if text == "L":
        return lambda day: (day + timedelta(days=1)).day == 1
    allowed = _numbers(text.removesuffix("W"), 1, 31)  # the weekday nearest to it: as many
    return lambda day: day.day in allowed


def _day_of_week(text: str) -> _Matches:
    if "#" in text:
        which, _, nth = text.partition("#")
        wanted, week = _numbers(which, 1, 7, _DAYS), int(nth)
        return lambda day: _weekday(day) in wanted and (day.day - 1) // 7 + 1 == week
    if text.endswith("L") and text != "L":
        wanted = _numbers(text[:-1], 1, 7, _DAYS)
        return lambda day: _weekday(day) in wanted and (day + timedelta(days=7)).month != day.month
    allowed = _numbers("7" if text == "L" else text, 1, 7, _DAYS)
    return lambda day: _weekday(day) in allowed


def _weekday(day: date) -> int:
    """Return 1 for Sunday to 7 for Saturday, as AWS counts."""
    return day.isoweekday() % 7 + 1
