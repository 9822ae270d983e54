"""Figures that are followed over time, as CloudWatch keeps them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from stayline.domain.light_values import light_value


@light_value
class MetricPoint:
    """One figure at one time; ``name`` and ``dimensions`` together say which.

    Names are those of CloudWatch where it has one (``ModelLatency``,
    ``feature_baseline_drift_Age``). Dimensions hold no personal data: an endpoint, a variant, a
    monitor, a job. ``low`` and ``high`` bound the value where it is an estimate.
    """

    name: str
    at: datetime
    value: float
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit: str = "None"
    low: float | None = None
    high: float | None = None
    n: int | None = None
