"""Token keys as the records tell of them: which stands, which are to come or go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One token key, by its fingerprint; the key itself is not in here.

    Made for a rotation, then the current one since ``current_since``, then replaced; ``settled_at``
    is when the last record under its tokens that may change had taken the new ones.
    """

    fingerprint: str
    made_at: datetime | None
    current_since: datetime | None = None
    replaced_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def is_current(self) -> bool:
        """Whether tokens are made with this key now."""
        return self.current_since is not None and self.replaced_at is None

    @property
    def is_to_come(self) -> bool:
        """Whether a rotation has begun that did not come to use this key yet."""
        return self.current_since is None

    def may_retire_at(self, overlap: timedelta) -> datetime | None:
        """Return from when on the key may go; None while it is not replaced."""
        return None if self.replaced_at is None else self.replaced_at + overlap


def is_unfinished(keys: Sequence[TokenKey]) -> bool:
    """Whether a rotation has begun and not ended, because it runs or because it was killed."""
    return any(key.is_to_come or (key.replaced_at and not key.settled_at) for key in keys)
