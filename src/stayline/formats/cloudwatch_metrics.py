"""The metrics that a monitoring job hands to CloudWatch: one JSON object a line.

The keys, and the names of features' metrics, are those of the developer guide's pages on own
containers and on what the built-in one emits. Either ``Value`` or ``StatisticValues`` is there.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from stayline.domain.metric_points import MetricPoint
from stayline.formats.data_statistics import FeatureStatistics, Statistics

FILE = "cloudwatch_metrics.jsonl"
SUBJECT = "Subject"
"""A dimension of our own, without which the figures of two groups would be one metric."""
_LONGEST_NAME, _LONGEST_VALUE = 255, 1024
_ENCODER = msgspec.json.Encoder()


class StatisticValues(msgspec.Struct, frozen=True, rename="pascal"):
    """The figures of many values at once."""

    sample_count: float
    sum: float
    minimum: float
    maximum: float


class Dimension(msgspec.Struct, frozen=True, rename="pascal"):
    """What a figure is of."""

    name: str
    value: str


class Metric(msgspec.Struct, frozen=True, rename="pascal", omit_defaults=True):
    """One line."""

    metric_name: str
    timestamp: str
    dimensions: tuple[Dimension, ...]
    value: float | None = None
    statistic_values: StatisticValues | None = None
    unit: str = "None"


def metric_lines(metrics: Iterable[Metric]) -> bytes:
    """Return the file; equal metrics give equal bytes."""
    return b"".join(_ENCODER.encode(metric) + b"\n" for metric in metrics)


def metrics_of_points(
    points: Iterable[MetricPoint], dimensions: Mapping[str, str]
) -> Iterable[Metric]:
    """Yield a line a point, under the job's dimensions and the point's subject.

    A version or a monitor is no dimension: CloudWatch takes other dimensions for another metric, so
    an alarm would see nothing from the next version on.
    """
    for point in points:
        if math.isfinite(point.value):
            subject = {key: told for key, told in point.dimensions.items() if key == SUBJECT}
            yield Metric(
                point.name[:_LONGEST_NAME],
                _instant(point.at),
                _dimensions({**dimensions, **subject}),
                value=point.value,
                unit=point.unit,
            )


def metrics_of_features(
    statistics: Statistics, at: datetime, dimensions: Mapping[str, str]
) -> Iterable[Metric]:
    """Yield how many values each feature has, and the spread of those that are numbers."""
    where = _dimensions(dimensions)
    for feature in statistics.features:
        yield Metric(
            f"feature_non_null_{feature.name}"[:_LONGEST_NAME],
            _instant(at),
            where,
            value=float(feature.presence.num_present),
            unit="Count",
        )
        spread = _spread(feature)
        if spread is not None:
            name = f"feature_data_{feature.name}"[:_LONGEST_NAME]
            yield Metric(name, _instant(at), where, statistic_values=spread)


def _spread(feature: FeatureStatistics) -> StatisticValues | None:
    told = feature.numerical_statistics
    if told is None or told.sum is None or told.min is None or told.max is None:
        return None
    return StatisticValues(float(told.common.num_present), told.sum, told.min, told.max)


def _dimensions(named: Mapping[str, str]) -> tuple[Dimension, ...]:
    """Return them as CloudWatch takes them: in ASCII, none empty."""
    return tuple(
        Dimension(name, value.encode("ascii", "backslashreplace").decode()[:_LONGEST_VALUE])
        for name, value in named.items()
        if value.strip()
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
