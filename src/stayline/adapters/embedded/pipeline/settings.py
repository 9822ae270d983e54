"""Whether a failed step is tried again, and after how long, as its retry policies say."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from stayline.adapters.embedded.pipeline.faults import StepFault

KEPT = timedelta(days=30)
"""How long outputs stay when the definition does not say: they hold personal data."""


_DAYS = {
    "Y": timedelta(days=365),
    "M": timedelta(days=30),
    "W": timedelta(weeks=1),
    "D": timedelta(days=1),
}
_TIME = {"H": timedelta(hours=1), "M": timedelta(minutes=1), "S": timedelta(seconds=1)}


class RetryPolicy(msgspec.Struct, frozen=True, rename="pascal"):
    """What may be tried again, how often, and with which pauses; defaults are SageMaker's."""

    exception_type: tuple[str, ...]
    interval_seconds: float = 1
    backoff_rate: float = 2
    max_attempts: int | None = None
    expire_after_min: float | None = None


class CacheConfig(msgspec.Struct, frozen=True, rename="pascal"):
    """Whether former outputs may be used again, and for how long after they were made."""

    enabled: bool = False
    expire_after: str = ""

    @property
    def kept(self) -> timedelta:
        """How long outputs are kept."""
        return duration(self.expire_after) if self.expire_after else KEPT


class StepSettings(msgspec.Struct, frozen=True, rename="pascal"):
    """How a step is run, apart from its arguments."""

    cache_config: CacheConfig = CacheConfig()
    retry_policies: tuple[RetryPolicy, ...] = ()


def step_settings(step: Mapping[str, object]) -> StepSettings:
    """Return the settings of a step of a definition that has been checked."""
    return msgspec.convert(step, StepSettings)


def duration(text: str) -> timedelta:
    """Return an ISO 8601 duration as SageMaker takes it; a month is 30 days, a year 365.

    >>> [str(duration(text)) for text in ("P30D", "pt36h", "P1M")]
    ['30 days, 0:00:00', '1 day, 12:00:00', '30 days, 0:00:00']
    """
    days, _, time = text.upper().partition("T")
    return sum(
        (
            int(number) * units[unit]
            for part, units in ((days, _DAYS), (time, _TIME))
            for number, unit in re.findall(r"(\d+)([A-Z])", part)
        ),
        timedelta(),
    )


class Retries:
    """Counts the failures of one step, policy by policy."""

    def __init__(self, policies: tuple[RetryPolicy, ...], *, began: datetime) -> None:
        self._policies = policies
        self._began = began
        self._used = [0] * len(policies)

    def pause(self, fault: StepFault, *, at: datetime) -> float | None:
        """Return how many seconds to wait before another attempt, None when there is none."""
        for number, policy in enumerate(self._policies):
            if fault.exception_type not in policy.exception_type:
                continue
            used = self._used[number]
            if used >= _attempts(policy) or _has_expired(policy, at - self._began):
                return None
            self._used[number] += 1
            return policy.interval_seconds * policy.backoff_rate**used
        return None


def _attempts(policy: RetryPolicy) -> float:
    if policy.max_attempts is not None:
        return policy.max_attempts
    return float("inf") if policy.expire_after_min is not None else 5


def _has_expired(policy: RetryPolicy, passed: timedelta) -> bool:
    minutes = policy.expire_after_min
    return minutes is not None and passed > timedelta(minutes=minutes)
