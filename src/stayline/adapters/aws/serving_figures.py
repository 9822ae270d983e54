"""The endpoint's counts as CloudWatch tells them, and the last look at them in DynamoDB."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.clients import code_of
from stayline.domain.serving_counts import INVOCATIONS, KEPT_SCORES, Histogram, ServingCounts

_STORE = "the figures of the endpoint"
_KEY = ("serving-counts", "last")
_ENDPOINT = "AWS/SageMaker"
_MINUTE_S = 60
_LATE = timedelta(minutes=2)
"""How late CloudWatch may still be to count a request; nothing newer is looked at."""
_LONGEST_LOOK = timedelta(days=1)
"""What a request for minutes may span: 1,440 of them."""
_SERVES = frozenset({"InService", "RollingBack", "SystemUpdating", "Updating"})
_SHARES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p97.5": 0.975, "p99": 0.99}


class CloudWatchServingFigures:
    """Counts what the endpoint answered since the last look that was kept, minute by minute.

    CloudWatch has no totals that only grow, so each look is a ``run`` of its own, up to two minutes
    ago, and a first one counts nothing. Where ports and AWS differ: the latencies are told by their
    percentiles, so the bounds of a histogram are those; ``nightly`` is the gateway's own metric
    ``Invocations`` of source ``nightly``, told by lines in its log, and counts among the requests;
    ``capture_lag_s`` is None, for the endpoint itself captures, or the gateway before it answers.
    """

    CALLS = frozenset(
        {
            "cloudwatch.get_metric_statistics",
            "dynamodb.get_item",
            "dynamodb.put_item",
            "sagemaker.describe_endpoint",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._kept = Table(clients, clients.resources.state_table, bytes, _STORE)

    def counts(self, at: datetime) -> ServingCounts | None:
        """Return what was counted since the last look; None where there is no endpoint."""
        endpoint = self._endpoint()
        if endpoint is None:
            return None
        until = (at - _LATE).replace(second=0, microsecond=0)
        last = self.last()
        is_near = last is not None and until - _LONGEST_LOOK <= last.taken_at < until
        since = last.taken_at if last is not None and is_near else until
        look = _Look(self._clients, since, until)
        name = self._clients.resources.endpoint
        variants = [
            {"EndpointName": name, "VariantName": one["VariantName"]}
            for one in endpoint.get("ProductionVariants", ())
        ]
        namespace = self._clients.resources.metric_namespace
        nightly = look.total(INVOCATIONS, [KEPT_SCORES], namespace)
        return ServingCounts(
            run=f"{since.isoformat()}/{until.isoformat()}",
            taken_at=until,
            endpoint_name=name,
            is_running=endpoint["EndpointStatus"] in _SERVES,
            requests=look.total(INVOCATIONS, variants) + nightly,
            nightly=nightly,
            client_errors=look.total("Invocation4XXErrors", variants),
            server_errors=look.total("Invocation5XXErrors", variants),
            model=look.histogram("ModelLatency", variants),
            overhead=look.histogram("OverheadLatency", variants),
        )

    def last(self) -> ServingCounts | None:
        """Return the counts kept last; what cannot be read is as good as none."""
        kept = self._kept.get(*_KEY)
        with suppress(msgspec.MsgspecError):
            return None if kept is None else msgspec.msgpack.decode(kept, type=ServingCounts)
        return None

    def keep(self, counts: ServingCounts) -> None:
        """Keep counts in place of the last ones, in one write."""
        self._kept.put(Item(*_KEY, msgspec.msgpack.encode(counts)))

    def _endpoint(self) -> dict[str, Any] | None:
        from botocore.exceptions import ClientError

        with our_errors(_STORE):
            try:
                found: dict[str, Any] = self._clients.of("sagemaker").describe_endpoint(
                    EndpointName=self._clients.resources.endpoint
                )
            except ClientError as error:
                if code_of(error) == "ValidationException":  # which it calls one that is not there
                    return None
                raise
        return found


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at the minutes of a time that is over."""

    clients: Clients
    since: datetime
    until: datetime

    def total(
        self, name: str, wheres: Iterable[Mapping[str, str]], namespace: str = _ENDPOINT
    ) -> int:
        """Return the sum of a count."""
        asked = {"Statistics": ["Sum"]}
        points = (one for where in wheres for one in self._minutes(namespace, name, where, asked))
        counted: float = sum(point["Sum"] for point in points)
        return round(counted)

    def histogram(self, name: str, wheres: Iterable[Mapping[str, str]]) -> Histogram:
        """Return how many values lay below what each minute's percentiles were."""
        parts: list[tuple[float, dict[float, float]]] = []
        for where in wheres:
            counted = self._minutes(_ENDPOINT, name, where, {"Statistics": ["SampleCount"]})
            told = self._minutes(_ENDPOINT, name, where, {"ExtendedStatistics": list(_SHARES)})
            values = {one["Timestamp"]: one.get("ExtendedStatistics") for one in told}
            for one in counted:
                shares = values.get(one["Timestamp"])
                if shares:
                    below = {_SHARES[named]: value for named, value in shares.items()}
                    parts.append((one["SampleCount"], below))
        return _histogram(parts)

    def _minutes(
        self, namespace: str, name: str, where: Mapping[str, str], asked: Mapping[str, list[str]]
    ) -> list[dict[str, Any]]:
        if self.since == self.until:
            return []
        with our_errors(_STORE):
            answer = self.clients.of("cloudwatch").get_metric_statistics(
                Namespace=namespace,
                MetricName=name,
                Dimensions=[{"Name": key, "Value": value} for key, value in where.items()],
                StartTime=self.since,
                EndTime=self.until,
                Period=_MINUTE_S,
                **asked,
            )
        points: list[dict[str, Any]] = answer["Datapoints"]
        return points


def _histogram(parts: Sequence[tuple[float, Mapping[float, float]]]) -> Histogram:
    """Return the histogram of several, each told by its size and its values by their shares.

    >>> _histogram([(100, {0.5: 10.0, 0.95: 40.0}), (100, {0.5: 20.0, 0.95: 40.0})])
    Histogram(bounds=(10.0, 20.0, 40.0, inf), counts=(50.0, 100.0, 190.0, 200.0))
    """
    if not parts:
        return Histogram()
    bounds = sorted({value for _, below in parts for value in below.values()})
    counts = [
        sum(n * max((share for share, value in below.items() if value <= bound), default=0.0)
            for n, below in parts)
        for bound in bounds
    ]  # fmt: skip
    return Histogram((*bounds, inf), (*counts, float(sum(n for n, _ in parts))))
