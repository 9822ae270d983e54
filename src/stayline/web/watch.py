"""Requests for scores under observation: who answered them, in what time, with what outcome."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter

from stayline.domain.light_values import light_value
from stayline.domain.risk_score import FieldValue, Prediction, ScoreSource
from stayline.errors import EndpointUnavailable
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.usecases.score_employee import Outcome
from stayline.web.logs import log_access
from stayline.web.metrics import NO_VARIANT, Metrics


class Watch:
    """Stands in for the endpoint while some calls are answered together, and times the models."""

    __slots__ = ("_began", "_last", "_model_us", "_seconds", "_seen", "_within")

    def __init__(self, within: Endpoint) -> None:
        self._within = within
        self._last: _TimedVariant | None = None
        self._model_us: dict[str, float] = {}
        self._seen: Counter[tuple[int, str, str, float | None]] = Counter()
        self._began = perf_counter()
        self._seconds = 0.0

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers a request."""
        found = self._within.variant(target, affinity=affinity)
        if self._last is None or self._last.within is not found:
            self._last = _TimedVariant(found, self)
        return self._last

    def took(self, variant: str, us: float) -> None:
        """Note how long a model took over some rows."""
        self._model_us[variant] = self._model_us.get(variant, 0.0) + us

    def answered(self, route: str, status: int, outcome: Outcome | None) -> None:
        """Note that one of the calls has its answer, and log it."""
        self._seconds = perf_counter() - self._began
        variant, source, model_us = NO_VARIANT, NO_VARIANT, None
        if outcome is not None and outcome.variant is not None:
            variant = outcome.variant
            if outcome.scores or isinstance(outcome.refusal, EndpointUnavailable):
                model_us = self._model_us.get(variant)
        if outcome is not None and outcome.scores:
            source = outcome.scores[0].source.value
            if outcome.scores[0].source is ScoreSource.LIVE:
                variant = f"version-{outcome.scores[0].model.version}"
        self._seen[status, source, variant, model_us] += 1
        log_access(route, status, self._seconds * 1000, variant=variant, source=source)

    def count(self, metrics: Metrics) -> None:
        """Count all calls.

        The time of a call's model is that of all rows the model was given meanwhile, since the call
        waited for them; one that was refused before any model has none. What is left of the time
        when all models are taken off is overhead.
        """
        overhead_us = max(0.0, self._seconds * 1e6 - sum(self._model_us.values()))
        for (status, source, variant, model_us), times in self._seen.items():
            metrics.observe(
                status,
                source=source,
                variant=variant,
                model_us=model_us,
                overhead_us=overhead_us,
                times=times,
            )


@light_value
class _TimedVariant(ForwardedVariant):
    """A variant whose time is noted."""

    watch: Watch

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        began = perf_counter()
        try:
            return self.within.predict(rows, as_of, with_reasons=with_reasons)
        finally:
            self.watch.took(self.within.name, (perf_counter() - began) * 1e6)
