"""An endpoint that is left alone while it fails, and whose failures have one name."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import TypeVar

import polars as pl

from stayline.domain.light_values import light_value
from stayline.domain.risk_score import FieldValue, Prediction
from stayline.errors import EndpointUnavailable, PackageRefused, StoreDamaged, StoreUnavailable
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.ports.target_health import DEPLOYED_PACKAGE, TargetHealth

PROBE_EVERY = timedelta(seconds=5)
"""How long a target that fails is left alone between two attempts."""
_FAILURES = (EndpointUnavailable, PackageRefused, StoreDamaged, StoreUnavailable, TimeoutError)
_Answer = TypeVar("_Answer")


class GuardedEndpoint:
    """Asks the endpoint within; raises `EndpointUnavailable`, and nothing else, while it fails.

    Two targets can fail by themselves: the deployed package, when a variant is asked for, and
    ``answers_at``, when the variant is asked for a prediction. While one does, one attempt an
    interval is made (half-open), and everyone else is told at once, with ``failing_since``.
    `NothingDeployed` and `UnknownVariant` are no outage.
    """

    def __init__(
        self,
        within: Endpoint,
        *,
        name: str,
        answers_at: str,
        health: TargetHealth,
        clock: Clock,
        probe_every: timedelta = PROBE_EVERY,
    ) -> None:
        self._within = within
        self._name = name
        self._answers_at = answers_at
        self._health = health
        self._clock = clock
        self._probe_every = probe_every
        self._last: _GuardedVariant | None = None

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        found = self.asked(
            DEPLOYED_PACKAGE, lambda: self._within.variant(target, affinity=affinity)
        )
        last = self._last
        if last is None or last.within is not found:
            last = self._last = _GuardedVariant(found, self, self._answers_at)
        return last

    def asked(self, target: str, ask: Callable[[], _Answer]) -> _Answer:
        """Return what is answered, and note whether the target did."""
        if not self._health.take_probe(target, self._clock.now(), self._probe_every):
            since = self._health.failing_since(target)
            raise self._unavailable("it failed and is tried again shortly", since)
        try:
            answer = ask()
        except _FAILURES as error:
            since = self._health.failed(target, self._clock.now())
            problem = error.problem if isinstance(error, EndpointUnavailable) else str(error)
            raise self._unavailable(problem or "it did not answer in time", since) from error
        self._health.succeeded(target, self._clock.now())
        return answer

    def _unavailable(self, problem: str, since: datetime | None) -> EndpointUnavailable:
        patience = max(1, ceil(self._probe_every.total_seconds()))
        return EndpointUnavailable(self._name, problem, patience, failing_since=since)


@light_value
class _GuardedVariant(ForwardedVariant):
    """A variant whose answers, and failures to answer, are noted."""

    guard: GuardedEndpoint
    answers_at: str

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        return self.guard.asked(
            self.answers_at, lambda: self.within.predict(rows, as_of, with_reasons=with_reasons)
        )

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        return self.guard.asked(self.answers_at, lambda: self.within.score(frame))
