"""When a kept score may stand in for a model that does not answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class FallbackLimits:
    """How long the endpoint must have failed, and how old a kept score may be."""

    after: timedelta
    max_age: timedelta


def is_due(failing_since: datetime | None, *, now: datetime, limits: FallbackLimits) -> bool:
    """Whether kept scores are served by now."""
    return failing_since is not None and now - failing_since >= limits.after


def stale_for_s(scored_at: datetime, *, now: datetime, limits: FallbackLimits) -> float | None:
    """Return how old a kept score is, in seconds; None for one that is too old to stand in."""
    age = max(now - scored_at, timedelta())
    return None if age > limits.max_age else age.total_seconds()
