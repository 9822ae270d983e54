"""What this process wrote a moment ago, beside a store that may not show it yet."""

import threading
import time

SHOWN_AFTER_S = 10.0
"""After this long the online store is taken to show what was written; it takes it far less."""


class RecentWrites:
    """Remembers the order of a person's last write for `SHOWN_AFTER_S`; safe from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[tuple[str, str], tuple[int, float]] = {}

    def note(self, group: str, tokens: list[str], order: int) -> None:
        """Remember that these people's records were written, or removed, as of this order."""
        now = time.monotonic()
        with self._lock:
            kept = self._written.items()
            self._written = {key: one for key, one in kept if now - one[1] < SHOWN_AFTER_S}
            self._written |= {(group, token): (order, now) for token in tokens}

    def is_newer(self, group: str, token: str, order: int) -> bool:
        """Whether something newer than what has this order was written a moment ago."""
        written = self._written.get((group, token))
        if written is None:
            return False
        return written[0] > order and time.monotonic() - written[1] < SHOWN_AFTER_S
