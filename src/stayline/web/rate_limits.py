"""How many requests a minute one caller may make of this worker process."""

import time
from collections.abc import Callable

from stayline.errors import TooManyRequests

WINDOW_S = 60.0
MOST_CALLERS = 10_000
"""How many callers are counted apart in a minute; further ones share a count."""
_FURTHER = ""


class RateLimits:
    """Counts in fixed windows of a minute, in memory; 0 a minute counts nothing.

    Each worker process counts for itself, so that a caller gets at most as many times the limit as
    there are workers. What is kept is forgotten when the window ends, and never grows past
    `MOST_CALLERS`, whoever calls.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._now = now
        self._ends = 0.0
        self._counts: dict[str, int] = {}

    def check(self, caller: str) -> None:
        """Count a request of a caller; raises `TooManyRequests` past the limit.

        Two threads at once may count one of their requests as none; no lock is worth that.
        """
        if not self._most:
            return
        now = self._now()
        if now >= self._ends:
            self._ends = now + WINDOW_S
            self._counts = {}
        counts = self._counts
        if caller not in counts and len(counts) >= MOST_CALLERS:
            caller = _FURTHER
        count = counts.get(caller, 0) + 1
        counts[caller] = count
        if count > self._most:
            raise TooManyRequests(self._most, max(1, round(self._ends - now)))
