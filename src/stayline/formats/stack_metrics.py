"""Metrics of our own that a stack's alarms, dashboards and log filters name; each has its price."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from stayline.formats.cloudformation import Resource, document, entries, entry, plain

_OF_AWS = ("AWS/", "/aws/")
_DETAILS = ("4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency")
"""What an HTTP API measures of each route, at the price of metrics of one's own, if it is told to.
"""


def alarmed_metrics(alarm: Resource) -> int:
    """Return how many metrics an alarm looks at: it costs that many times its price."""
    return max(sum("MetricStat" in one for one in entries(alarm.properties.get("Metrics"))), 1)


def own_metrics(resources: Iterable[Resource]) -> frozenset[str]:
    """Return the metrics that AWS does not make itself, by namespace, name and dimensions."""
    found = list(resources)
    named = (metric for resource in found for metric in _metrics(resource))
    return frozenset(
        (*(metric for metric in named if not metric.startswith(_OF_AWS)), *_of_routes(found))
    )


def _of_routes(resources: Sequence[Resource]) -> Iterator[str]:
    stages = (one for one in resources if one.type == "AWS::ApiGatewayV2::Stage")
    settings = (entry(stage.properties.get("DefaultRouteSettings")) for stage in stages)
    if any(setting.get("DetailedMetricsEnabled") is True for setting in settings):
        for route in resources:
            if route.type == "AWS::ApiGatewayV2::Route":
                for name in _DETAILS:
                    yield _told("detailed", name, {"route": route.name})


def _metrics(resource: Resource) -> Iterator[str]:
    properties = resource.properties
    match resource.type:
        case "AWS::CloudWatch::Alarm":
            if "MetricName" in properties:
                yield _named(properties)
            for one in entries(properties.get("Metrics")):
                if "MetricStat" in one:
                    yield _named(entry(entry(one["MetricStat"]).get("Metric")))
        case "AWS::Logs::MetricFilter":
            for one in entries(properties.get("MetricTransformations")):
                yield _told(plain(one.get("MetricNamespace")), plain(one.get("MetricName")), {})
        case "AWS::CloudWatch::Dashboard":
            yield from _shown(document(properties.get("DashboardBody")))


def _named(metric: Mapping[str, object]) -> str:
    dimensions = {
        plain(one.get("Name")): plain(one.get("Value")) for one in entries(metric.get("Dimensions"))
    }
    return _told(plain(metric.get("Namespace")), plain(metric.get("MetricName")), dimensions)


def _shown(body: object) -> Iterator[str]:
    """Yield the metrics of a dashboard's graphs: lists of namespace, name, and dimensions."""
    for widget in entries(entry(body).get("widgets")):
        shown = entry(widget.get("properties")).get("metrics")
        for line in shown if isinstance(shown, list) else ():
            words = [word for word in line if isinstance(word, str)]
            if len(words) >= 2:
                namespace, name, *rest = words
                dimensions = dict(zip(rest[::2], rest[1::2], strict=False))
                yield _told(namespace, name, dimensions)


def _told(namespace: str, name: str, dimensions: Mapping[str, str]) -> str:
    return " ".join((namespace, name, *(f"{key}={dimensions[key]}" for key in sorted(dimensions))))
