"""From the points of a metric to the state of its alarm: pure functions, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stayline.domain.alarms import AlarmRule, AlarmState, MissingData, Statistic
from stayline.domain.metric_points import MetricPoint

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One period's figure: it counts from the period's end; ``details`` are its newest point's."""

    end: datetime
    value: float
    details: Mapping[str, str] = field(default_factory=dict)


def datapoints(rule: AlarmRule, points: Iterable[MetricPoint]) -> list[Datapoint]:
    """Return one datapoint for each period that has evidence, oldest first.

    Of points with the same time and dimensions the last one counts, whatever their order else.
    """
    unique = {(point.at, tuple(sorted(point.dimensions.items()))): point for point in points}
    periods: dict[int, list[MetricPoint]] = {}
    for _, point in sorted(unique.items()):
        periods.setdefault((point.at - _EPOCH) // rule.period, []).append(point)
    return [
        Datapoint(
            _EPOCH + (number + 1) * rule.period,
            _figure(rule.statistic, held),
            {
                name: value
                for name, value in held[-1].dimensions.items()
                if name not in rule.dimensions and name != rule.each
            },
        )
        for number, held in sorted(periods.items())
        if _count(held) >= rule.fewest
    ]


def next_state(rule: AlarmRule, before: AlarmState, values: Sequence[float]) -> AlarmState:
    """Return the state that follows from the datapoints there are, oldest first.

    An alarm stays one until it has cleared. Where missing datapoints could still make one, nothing
    is claimed.
    """
    newest = values[-rule.evaluation_periods :]
    missing = rule.evaluation_periods - len(newest)
    breaches = sum(rule.breaches(value) for value in newest)
    if rule.missing is MissingData.BREACHING:
        breaches += missing
    if breaches >= rule.datapoints_to_alarm:
        return AlarmState.ALARM
    if not newest:
        return before if rule.missing is MissingData.IGNORE else AlarmState.INSUFFICIENT_DATA
    if before is AlarmState.ALARM:
        latest = values[-rule.datapoints_to_clear :]
        is_over = len(latest) == rule.datapoints_to_clear and all(map(rule.clears, latest))
        return AlarmState.OK if is_over else AlarmState.ALARM
    if rule.missing is MissingData.BREACHING or breaches + missing < rule.datapoints_to_alarm:
        return AlarmState.OK
    return before if rule.missing is MissingData.IGNORE else AlarmState.INSUFFICIENT_DATA


def _figure(statistic: Statistic, points: Sequence[MetricPoint]) -> float:
    values = [point.value for point in points]
    if statistic is Statistic.SUM:
        return sum(values)
    if statistic is Statistic.MINIMUM:
        return min(values)
    if statistic is Statistic.MAXIMUM:
        return max(values)
    weights = [1 if point.n is None else point.n for point in points]
    if not sum(weights):
        weights = [1] * len(values)
    weighted = sum(value * weight for value, weight in zip(values, weights, strict=True))
    return weighted / sum(weights)


def _count(points: Sequence[MetricPoint]) -> int:
    """Return how many things were counted; a point that does not say counts as enough."""
    if any(point.n is None for point in points):
        return 2**62
    return sum(point.n or 0 for point in points)
