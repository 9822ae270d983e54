"""What the server has counted, for those who run beside it."""

from datetime import datetime
from typing import Protocol

from stayline.domain.serving_counts import ServingCounts


class ServingFigures(Protocol):
    """Reads the server's counts from any process, and remembers the last ones looked at."""

    def counts(self, at: datetime) -> ServingCounts | None:
        """Return what the present or last run of the server counted; None before the first.

        Raises `StoreUnavailable`.
        """
        ...

    def last(self) -> ServingCounts | None:
        """Return the counts kept last; None without any that can be read."""
        ...

    def keep(self, counts: ServingCounts) -> None:
        """Keep counts in place of the last ones; raises `StoreUnavailable`."""
        ...
