"""How many worker processes the load calls for."""

from dataclasses import dataclass

BUSY = 0.75
IDLE = 0.40
RISE_AFTER_S = 2.0
FALL_AFTER_S = 30.0


@dataclass(slots=True)
class Scaling:
    """Adds a worker soon and takes one away late, so that a short lull does not cost twice.

    >>> scaling = Scaling(least=1, most=2)
    >>> [scaling.wanted([0.9], now) for now in (0.0, 1.0, 2.0)]
    [1, 1, 2]
    """

    least: int
    most: int
    _high_since: float | None = None
    _low_since: float | None = None

    def wanted(self, busy: list[float], now: float) -> int:
        """Return how many workers there should be.

        ``busy`` is the share of a core that each one uses, ``now`` in seconds on any clock that
        only goes forward. One fewer only where the others would still not be busy.
        """
        count = len(busy)
        load = sum(busy)
        is_high = load > BUSY * count
        is_low = count > 1 and load < IDLE * (count - 1)
        self._high_since = _since(self._high_since, is_high, now)
        self._low_since = _since(self._low_since, is_low, now)
        if self._high_since is not None and now - self._high_since >= RISE_AFTER_S:
            self._high_since = None
            count += 1
        elif self._low_since is not None and now - self._low_since >= FALL_AFTER_S:
            self._low_since = None
            count -= 1
        return min(max(count, self.least), self.most)


def _since(since: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if since is None else since
