"""One request for scores under observation: who answered it, in what time, with what outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from types import TracebackType

from stayline.domain.risk_score import FieldValue, Prediction
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.web.errors import status_of
from stayline.web.logs import log_access
from stayline.web.metrics import NO_VARIANT, Metrics


class Watch:
    """Stands in for the endpoint during one request, and counts the request when it ends.

    Use it as ``with Watch(...) as watch``, and set ``source`` when there is an answer; ``status``
    where an error does not say it by leaving the block.
    """

    __slots__ = (
        "_began",
        "_metrics",
        "_route",
        "_within",
        "model_us",
        "source",
        "status",
        "variant_name",
    )

    def __init__(self, within: Endpoint, metrics: Metrics, route: str) -> None:
        self._within = within
        self._metrics = metrics
        self._route = route
        self._began = 0.0
        self.variant_name = NO_VARIANT
        self.source = NO_VARIANT
        self.model_us: float | None = None
        self.status: int | None = None

    def __enter__(self) -> "Watch":
        self._began = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        place: TracebackType | None,
    ) -> None:
        total_us = (perf_counter() - self._began) * 1e6
        status = self.status or (200 if error is None else status_of(error))
        self._metrics.observe(
            status,
            source=self.source,
            variant=self.variant_name,
            model_us=self.model_us,
            overhead_us=total_us - (self.model_us or 0.0),
        )
        log_access(
            self._route,
            status,
            total_us / 1000,
            variant=self.variant_name,
            source=self.source,
        )

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request, and note its name."""
        found = self._within.variant(target, affinity=affinity)
        self.variant_name = found.name
        return _TimedVariant(found, self)


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
