"""Figures of serving, named as CloudWatch names them, for Prometheus to read."""

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stayline.domain.alarm_history import Standing
from stayline.domain.alarms import AlarmState
from stayline.domain.risk_score import ScoreSource
from stayline.web.metric_files import FOLDER_VARIABLE, processes

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NO_VARIANT = "none"
"""The variant and source of a request that was refused before a model answered it."""
_BUCKETS_US = (
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000,
)  # fmt: skip
_VARIANT = ("EndpointName", "VariantName")
_KEPT = ScoreSource.NIGHTLY.value


class _Instruments(NamedTuple):
    """What requests are counted in: all of them, or those of one kind, by their labels."""

    invocations: "Counter"
    client_errors: "Counter"
    server_errors: "Counter"
    model_latency: "Histogram"
    overhead_latency: "Histogram"


class Metrics:
    """The figures of one application; `metrics_of` makes them.

    With several processes each keeps its figures in a file of its own, and whichever is asked tells
    the sum over all of them.
    """

    __slots__ = (
        "_capture_lag", "_endpoint_name", "_families", "_on_fallback", "_registry", "_seen",
    )  # fmt: skip

    def __init__(
        self,
        endpoint_name: str,
        registry: "CollectorRegistry",
        families: _Instruments,
        capture_lag: "Gauge",
        on_fallback: Callable[[int], None],
    ) -> None:
        self._on_fallback = on_fallback
        self._capture_lag = capture_lag.labels(endpoint_name)
        self._endpoint_name = endpoint_name
        self._registry = registry
        self._families = families
        self._seen: dict[tuple[str, str], _Instruments] = {}

    def observe(
        self,
        status: int,
        *,
        source: str = NO_VARIANT,
        variant: str = NO_VARIANT,
        model_us: float | None = None,
        overhead_us: float = 0.0,
        times: int = 1,
    ) -> None:
        """Count a request for a score, or so many that are alike, whatever became of it.

        ``model_us`` is the time at the model, None where none was asked; ``overhead_us`` all the
        other time, both in microseconds.
        """
        children = self._seen.get((variant, source)) or self._children(variant, source)
        children.invocations.inc(times)
        if source == _KEPT:
            self._on_fallback(times)
        if status >= 500:
            children.server_errors.inc(times)
        elif status >= 400:
            children.client_errors.inc(times)
        if model_us is not None:
            _observe(children.model_latency, model_us, times)
        _observe(children.overhead_latency, overhead_us, times)

    def text(self, capture_lag_s: float, alarms: Iterable[Standing] = ()) -> bytes:
        """Return all figures in Prometheus' text form, and how alarms stand.

        ``capture_lag_s`` is how long this process's oldest capture has waited to be on disk; the
        longest that any living process last told of is what is shown.
        """
        from prometheus_client import generate_latest

        self.note_lag(capture_lag_s)
        return generate_latest(self._registry) + _alarm_states(alarms)

    def note_lag(self, capture_lag_s: float) -> None:
        """Note how long this process's oldest capture has waited to be on disk."""
        self._capture_lag.set(capture_lag_s)

    def prepare(self, variant: str) -> None:
        """Make room for what is counted of a variant, before anything is."""
        for source in (NO_VARIANT, "live", "nightly"):
            self._children(variant, source)
        self._children(NO_VARIANT, NO_VARIANT)

    def _children(self, variant: str, source: str) -> _Instruments:
        """Look the labels up, which costs more than counting does, and keep what is found."""
        labels, of = (self._endpoint_name, variant), self._families
        children = self._seen[variant, source] = _Instruments(
            of.invocations.labels(*labels, source),
            of.client_errors.labels(*labels),
            of.server_errors.labels(*labels),
            of.model_latency.labels(*labels),
            of.overhead_latency.labels(*labels),
        )
        return children


def _observe(histogram: "Histogram", amount: float, times: int) -> None:
    """Observe an amount so many times; the library's own `observe` takes it once."""
    histogram._sum.inc(amount * times)
    histogram._buckets[bisect_left(histogram._upper_bounds, amount)].inc(times)


def nobody(times: int) -> None:
    """Tell nobody how many kept scores were served."""


def metrics_of(endpoint_name: str, on_fallback: Callable[[int], None] = nobody) -> Metrics:
    """Return figures that begin at zero: of this process, or of all that share a folder of files.

    ``on_fallback`` is told of each kept score that was served, where nobody reads the figures.

    The library decides between the two when it is first imported, by the variable that
    `metric_files.count_in_files` sets; hence the imports here.
    """
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from prometheus_client.multiprocess import MultiProcessCollector

    folder = os.environ.get(FOLDER_VARIABLE)
    registry = CollectorRegistry(auto_describe=False)
    if folder:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no annotations
    registry.register(_Processes(Path(folder) if folder else None))
    own = None if folder else registry
    return Metrics(
        endpoint_name,
        registry,
        _Instruments(
            Counter(
                "Invocations",
                "Requests for scores; Source tells live ones from nightly ones, the fallback.",
                (*_VARIANT, "Source"),
                registry=own,
            ),
            Counter("Invocation4XXErrors", "Requests we refused (4xx).", _VARIANT, registry=own),
            Counter("Invocation5XXErrors", "Requests we failed (5xx).", _VARIANT, registry=own),
            Histogram(
                "ModelLatency", "Microseconds at the model.", _VARIANT,
                registry=own, buckets=_BUCKETS_US,
            ),
            Histogram(
                "OverheadLatency", "Microseconds of a request besides the model.", _VARIANT,
                registry=own, buckets=_BUCKETS_US,
            ),
        ),
        Gauge(
            "CaptureLag", "Seconds that the oldest capture has waited to be on disk.",
            ("EndpointName",), registry=own, multiprocess_mode="livemax",
        ),
        on_fallback,
    )  # fmt: skip


def _alarm_states(alarms: Iterable[Standing]) -> bytes:
    """Return the states as text; no file is counted in, since all processes read one store."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.metrics_core import GaugeMetricFamily

    told = GaugeMetricFamily(
        "stayline_alarm_state",
        "1 for the state that an alarm is in, 0 for the others.",
        labels=("AlarmName", "State"),
    )
    for standing in alarms:
        for state in AlarmState:
            told.add_metric((standing.alarm, state.value), float(state is standing.state))
    if not told.samples:
        return b""
    own = CollectorRegistry(auto_describe=False)
    own.register(_Told(told))
    return generate_latest(own)


class _Told:
    """A family that is already told."""

    def __init__(self, family: "Metric") -> None:
        self._family = family

    def collect(self) -> "Iterator[Metric]":
        """Yield the family."""
        yield self._family


class _Processes:
    """Memory, processor time and open files of each process that serves, by its id."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def collect(self) -> "Iterator[Metric]":
        """Yield one family a figure, with a sample for each process."""
        from prometheus_client import ProcessCollector

        families: dict[str, Metric] = {}
        for pid in [os.getpid()] if self._folder is None else processes(self._folder):
            for told in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                samples, told.samples = told.samples, []
                family = families.setdefault(told.name, told)
                for sample in samples:
                    family.add_sample(sample.name, {"pid": str(pid)}, sample.value)
        yield from families.values()
