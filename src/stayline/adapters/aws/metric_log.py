"""The metric log in DynamoDB, to the last bit and for as long as wanted, and in CloudWatch."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.table import Item, Table
from stayline.domain.metric_points import MetricPoint
from stayline.domain.watch_points import CAUSE, VERSION
from stayline.formats.cloudwatch_metrics import metrics_of_points
from stayline.ports.clock import Clock

_STORE = "the metric log"
_SERIES = "metric-series"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_METRICS_A_CALL = 1000
_TAKES_FROM, _TAKES_UNTIL = timedelta(days=14), timedelta(hours=2)
"""How old, and how far ahead of its own clock, CloudWatch takes a point."""
_LEAST, _MOST = 2.0**-360, 2.0**360
_TELLS_APART = frozenset({VERSION, CAUSE})
"""Dimensions that are not published: an alarm, which names all or sees nothing, could not tell them
beforehand, and each value would be a metric to pay for."""

_Kept = tuple[float, str, float | None, float | None, int | None]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class _Series(msgspec.Struct, frozen=True):
    name: str
    dimensions: dict[str, str]

    @property
    def place(self) -> str:
        told = msgspec.json.encode(self.dimensions, order="sorted")
        return f"{self.name}#{hashlib.sha256(told).hexdigest()[:32]}"


class DynamoMetricLog:
    """Keeps one item a point in DynamoDB, and publishes recent points to CloudWatch beside it.

    What is read comes from DynamoDB. CloudWatch takes nothing older than two weeks, keeps minutes
    for 15 days, tells no single value where two fall into one second, never replaces one, and has
    no place for bounds. It is there for dashboards and for alarms of AWS's own, so versions and
    causes are not told apart there. DynamoDB comes first: killed between, a point is kept and not
    published; put again, it is published twice.
    """

    CALLS = frozenset({"cloudwatch.put_metric_data", "dynamodb.batch_write_item", "dynamodb.query"})

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock
        table = clients.resources.state_table
        self._series = Table(clients, table, _Series, _STORE)
        self._points = Table(clients, table, bytes, _STORE)
        self._noted: set[str] = set()

    def put(self, points: Sequence[MetricPoint]) -> None:
        """Keep the points; killed halfway, some of them."""
        series: dict[str, _Series] = {}
        items: dict[tuple[str, str], Item[bytes]] = {}
        for point in points:
            its = _Series(point.name, dict(point.dimensions))
            series[its.place] = its
            place = _place(point.at)
            body = _encode((point.value, point.unit, point.low, point.high, point.n))
            items[its.place, place] = Item(_partition(its), place, body)
        new = [one for place, one in series.items() if place not in self._noted]
        self._series.put_all([Item(_SERIES, one.place, one) for one in new])
        self._noted.update(one.place for one in new)
        self._points.put_all(items.values())
        self._publish(points)

    def points(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> list[MetricPoint]:
        """Return the points with ``since <= at < until``, oldest first."""
        wanted = dict(dimensions or {}).items()
        last = None if until is None else _place(until - _MICROSECOND)
        found = [
            _point(series, item)
            for series in self._series_of(name)
            if wanted <= series.dimensions.items()
            for item in self._points.query(_partition(series), first=_place(since), last=last)
        ]
        return sorted(found, key=lambda point: point.at)

    def purge(self, before: datetime) -> int:
        """Remove the points of before that time; the names of series stay, and name nobody."""
        last = _place(before - _MICROSECOND)
        gone = 0
        for item in self._series.query(_SERIES):
            old = self._points.query(_partition(item.value), last=last)
            gone += self._points.remove_all((one.partition, one.place) for one in old)
        return gone

    def _series_of(self, name: str) -> Iterator[_Series]:
        for item in self._series.query(_SERIES, first=f"{name}#", last=f"{name}#~"):
            if item.value.name == name:
                yield item.value

    def _publish(self, points: Sequence[MetricPoint]) -> None:
        now = self._clock.now()
        data = [
            msgspec.to_builtins(metric)
            for point in points
            if now - _TAKES_FROM < point.at < now + _TAKES_UNTIL and _is_taken(point.value)
            for metric in metrics_of_points([point], _published(point))
        ]
        for start in range(0, len(data), _METRICS_A_CALL):
            with our_errors(_STORE):
                self._clients.of("cloudwatch").put_metric_data(
                    Namespace=self._clients.resources.metric_namespace,
                    MetricData=data[start : start + _METRICS_A_CALL],
                )


def _published(point: MetricPoint) -> Mapping[str, str]:
    return {key: told for key, told in point.dimensions.items() if key not in _TELLS_APART}


def _is_taken(value: float) -> bool:
    return value == 0 or _LEAST <= abs(value) <= _MOST


def _partition(series: _Series) -> str:
    return f"metric#{series.place}"


def _place(at: datetime) -> str:
    return f"{(at - _EPOCH) // _MICROSECOND:020d}"


def _point(series: _Series, item: Item[bytes]) -> MetricPoint:
    value, unit, low, high, n = _decode(item.value)
    at = _EPOCH + int(item.place) * _MICROSECOND
    return MetricPoint(
        series.name, at, value, series.dimensions, unit=unit, low=low, high=high, n=n
    )
