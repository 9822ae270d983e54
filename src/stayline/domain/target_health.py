"""Whether a failing target may be tried again, and since when it has failed; rules over instants.

A target is healthy while there is no `Outage` of it. Any success ends one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Outage:
    """A target that has not answered since ``failing_since``, and was last tried at ``probed_at``.

    While it lasts, one attempt an interval is let through; all others are answered at once:

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> outage = failed(None, noon)
    >>> outage.may_probe(noon + timedelta(seconds=4), timedelta(seconds=5))
    False
    >>> outage.may_probe(noon + timedelta(seconds=5), timedelta(seconds=5))
    True
    """

    failing_since: datetime
    probed_at: datetime

    def may_probe(self, at: datetime, interval: timedelta) -> bool:
        """Whether the target may be tried now.

        A clock that was set back bars nobody for longer than the interval. Instants a little before
        the last attempt are those of callers who asked at the same time.
        """
        return abs(at - self.probed_at) >= interval

    def probed(self, at: datetime) -> "Outage":
        """Return the outage after one more attempt."""
        return replace(self, probed_at=at)


def failed(outage: Outage | None, at: datetime) -> Outage:
    """Return the outage after a failure: its beginning stays, unless the clock was set back."""
    return Outage(at, at) if outage is None else Outage(min(outage.failing_since, at), at)
