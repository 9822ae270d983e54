"""Requests for scores under observation: who answered them, in what time, with what outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from stayline.domain.risk_score import FieldValue, Prediction, ScoreSource
from stayline.errors import EndpointUnavailable
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.usecases.score_employee import Outcome
from stayline.web.logs import log_access
from stayline.web.metrics import NO_VARIANT, Metrics


class Watch:
    """Stands in for the endpoint while some calls are answered together, and times the model."""

    __slots__ = ("_within", "model_us", "variant_name")

    def __init__(self, within: Endpoint) -> None:
        self._within = within
        self.variant_name = NO_VARIANT
        self.model_us: float | None = None

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers a request."""
        found = self._within.variant(target, affinity=affinity)
        self.variant_name = found.name
        return _TimedVariant(found, self)

    def count(
        self,
        metrics: Metrics,
        route: str,
        status: int,
        outcome: Outcome | Exception | None,
        seconds: float,
    ) -> None:
        """Count one of the calls, which came back after so many seconds, and log it.

        The time of the model is that of all rows it was given at once, since that is what each of
        them waited for; a call that scored nothing by the model has none.
        """
        variant, source, model_us = NO_VARIANT, NO_VARIANT, None
        if outcome is not None:
            variant = self.variant_name
        if isinstance(outcome, list | EndpointUnavailable):
            model_us = self.model_us
        if isinstance(outcome, list):
            source = outcome[0].source.value
            if outcome[0].source is ScoreSource.LIVE:
                variant = f"version-{outcome[0].model.version}"
        total_us = seconds * 1e6
        metrics.observe(
            status,
            source=source,
            variant=variant,
            model_us=model_us,
            overhead_us=total_us - (model_us or 0.0),
        )
        log_access(route, status, total_us / 1000, variant=variant, source=source)


@dataclass(frozen=True, slots=True)
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
            self.watch.model_us = (self.watch.model_us or 0.0) + (perf_counter() - began) * 1e6
