"""What a server has counted so far, and the figures of the time between two looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import inf

from stayline.domain.metric_points import MetricPoint
from stayline.domain.risk_score import ScoreSource

INVOCATIONS = "Invocations"
KEPT_SCORES = {"Source": ScoreSource.NIGHTLY.value}
"""The dimension of those `INVOCATIONS` that a kept score answered."""
_P95 = 0.95
_HALF_EACH = 0.975
"""Of a sum, 5 % at most lie above the sum of what 2.5 % of each part lie above."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values were at most each bound, which ends with infinity."""

    bounds: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()

    @property
    def n(self) -> int:
        """How many values there were."""
        return round(self.counts[-1]) if self.counts else 0

    def __sub__(self, other: "Histogram") -> "Histogram":
        if other.bounds != self.bounds:
            return self
        pairs = zip(self.counts, other.counts, strict=True)
        return Histogram(self.bounds, tuple(one - another for one, another in pairs))

    def quantile(self, share: float) -> tuple[float, float, float] | None:
        """Return the quantile, and between what bounds it lies; None without a value.

        Taken to be spread evenly within its bucket, as Prometheus does; beyond the last finite
        bound it is that bound.

        >>> Histogram((100.0, 200.0, inf), (50.0, 100.0, 100.0)).quantile(0.95)
        (190.0, 100.0, 200.0)
        """
        if not self.n:
            return None
        wanted = share * self.counts[-1]
        edges = pairwise((0.0, *self.bounds))
        for (low, high), (below, upto) in zip(edges, pairwise((0.0, *self.counts)), strict=True):
            if upto >= wanted and upto > below:
                if high == inf:
                    return low, low, inf
                return low + (high - low) * (wanted - below) / (upto - below), low, high
        return None


@dataclass(frozen=True, slots=True)
class ServingCounts:
    """Everything one run of the server has counted until ``taken_at``; ``run`` tells runs apart.

    ``capture_lag_s`` is None while no process serves.
    """

    run: str
    taken_at: datetime
    endpoint_name: str = ""
    is_running: bool = False
    requests: int = 0
    nightly: int = 0
    client_errors: int = 0
    server_errors: int = 0
    model: Histogram = Histogram()
    overhead: Histogram = Histogram()
    capture_lag_s: float | None = None

    def since(self, before: "ServingCounts") -> "ServingCounts":
        """Return what was counted since; all of it after the server has begun anew."""
        if before.run != self.run or before.requests > self.requests:
            return self
        return replace(
            self,
            requests=self.requests - before.requests,
            nightly=self.nightly - before.nightly,
            client_errors=self.client_errors - before.client_errors,
            server_errors=self.server_errors - before.server_errors,
            model=self.model - before.model,
            overhead=self.overhead - before.overhead,
        )


def serving_points(counted: ServingCounts) -> list[MetricPoint]:
    """Return the figures of an interval; none of a time without a server, no rate of no request."""
    if not (counted.is_running or counted.requests):
        return []
    at, n = counted.taken_at, counted.requests
    where = {"EndpointName": counted.endpoint_name} if counted.endpoint_name else {}
    points = [MetricPoint(INVOCATIONS, at, n, where, "Count")]
    if counted.capture_lag_s is not None:
        points.append(MetricPoint("CaptureLag", at, counted.capture_lag_s, where, "Seconds"))
    if n:
        points += [
            MetricPoint(name, at, count / n, where, n=n)
            for name, count in (
                ("Invocation4XXErrors", counted.client_errors),
                ("Invocation5XXErrors", counted.server_errors),
                ("FallbackShare", counted.nightly),
            )
        ]
    parts = [("ModelLatency_p95", counted.model), ("OverheadLatency_p95", counted.overhead)]
    for name, histogram in parts:
        found = histogram.quantile(_P95)
        if found:
            value, low, high = found
            points.append(_latency(name, at, value, where, low, high, histogram.n))
    whole = _whole(counted.model, counted.overhead)
    if whole:
        value, low, high = whole
        points.append(_latency("EndToEndLatency_p95", at, value, where, low, high, n))
    return points


def _whole(model: Histogram, overhead: Histogram) -> tuple[float, float, float] | None:
    """Estimate the 95th percentile of both together, which were counted apart.

    It is that of both added up, right where slow models and slow handling meet. It cannot be below
    that of a part that every request has, nor above what each exceeds half as often.
    """
    parts = [part for part in (overhead, model) if part.n]
    found = _quantiles(parts, _P95)
    bounds = _quantiles(parts, _HALF_EACH)
    if not found:
        return None
    most = sum(high for _, _, high in bounds) if len(parts) > 1 else found[0][2]
    every = max(part.n for part in parts)
    least = max(low for part, (_, low, _) in zip(parts, found, strict=True) if part.n == every)
    return sum(value for value, _, _ in found), least, most


def _quantiles(parts: Sequence[Histogram], share: float) -> list[tuple[float, float, float]]:
    return [found for part in parts if (found := part.quantile(share))]


def _latency(
    name: str, at: datetime, value: float, where: dict[str, str], low: float, high: float, n: int
) -> MetricPoint:
    return MetricPoint(
        name, at, value, where, "Microseconds", low, None if high == inf else high, n
    )
