"""Counts of the endpoint from CloudWatch's minutes; the answers are stubbed, moto has none."""

from datetime import datetime, timedelta

import pytest
from botocore.stub import Stubber

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.serving_figures import CloudWatchServingFigures
from stayline.domain.serving_counts import ServingCounts, serving_points
from stayline.errors import StoreUnavailable
from stores import NOON

TEN = timedelta(minutes=10)
UNTIL = datetime.fromisoformat("2026-03-01T11:58:00+00:00")
"""The whole minute that CloudWatch has surely counted at noon."""
LATENCIES = {"p50": 100.0, "p75": 150.0, "p90": 180.0, "p95": 200.0, "p97.5": 300.0, "p99": 400.0}


def with_endpoint(clients: Clients, status: str = "InService") -> Stubber:
    endpoint = {
        "EndpointName": clients.resources.endpoint,
        "EndpointArn": f"arn:aws:sagemaker:eu-central-1:1:endpoint/{clients.resources.endpoint}",
        "EndpointStatus": status,
        "CreationTime": NOON,
        "LastModifiedTime": NOON,
        "ProductionVariants": [{"VariantName": "live"}],
    }
    stub = Stubber(clients.of("sagemaker"))
    stub.add_response("describe_endpoint", endpoint)
    stub.activate()
    return stub


def minute(**told: object) -> dict[str, object]:
    return {"Timestamp": UNTIL - timedelta(minutes=1), **told}


def with_figures(clients: Clients) -> Stubber:
    """Let CloudWatch answer for ten minutes, in the order in which it is asked."""
    resources = clients.resources
    live = {"EndpointName": resources.endpoint, "VariantName": "live"}
    stub = Stubber(clients.of("cloudwatch"))

    def answer(namespace, name, where, asked, **told) -> None:
        expected = {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in where.items()],
            "StartTime": UNTIL - TEN,
            "EndTime": UNTIL,
            "Period": 60,
            **asked,
        }
        points = [{"Timestamp": UNTIL - timedelta(minutes=1), **told}] if told else []
        stub.add_response("get_metric_statistics", {"Datapoints": points}, expected)

    own, theirs, total = resources.metric_namespace, "AWS/SageMaker", {"Statistics": ["Sum"]}
    answer(own, "Invocations", {"Source": "nightly"}, total, Sum=1.0)
    answer(theirs, "Invocations", live, total, Sum=100.0)
    answer(theirs, "Invocation4XXErrors", live, total, Sum=2.0)
    answer(theirs, "Invocation5XXErrors", live, total, Sum=3.0)
    size, shares = {"Statistics": ["SampleCount"]}, {"ExtendedStatistics": list(LATENCIES)}
    answer(theirs, "ModelLatency", live, size, SampleCount=100.0)
    answer(theirs, "ModelLatency", live, shares, ExtendedStatistics=LATENCIES)
    answer(theirs, "OverheadLatency", live, size)
    answer(theirs, "OverheadLatency", live, shares)
    stub.activate()
    return stub


@pytest.fixture
def clients(stack: Resources) -> Clients:
    """Clients of a stack whose table is the fake's."""
    return Clients(stack)


def test_a_first_look_at_an_endpoint_only_begins_to_count(clients: Clients) -> None:
    with_endpoint(clients)
    first = CloudWatchServingFigures(clients).counts(NOON)
    assert first is not None
    assert (first.taken_at, first.requests, first.is_running) == (UNTIL, 0, True)


def test_a_look_counts_what_came_since_the_last_one(clients: Clients) -> None:
    figures = CloudWatchServingFigures(clients)
    figures.keep(ServingCounts("before", UNTIL - TEN))
    with_endpoint(clients, "Updating")
    stub = with_figures(clients)
    counts = figures.counts(NOON)
    stub.assert_no_pending_responses()
    assert counts is not None
    assert (counts.requests, counts.nightly, counts.client_errors) == (101, 1, 2)
    assert (counts.server_errors, counts.capture_lag_s, counts.overhead.n) == (3, None, 0)
    before = figures.last()
    assert before is not None
    points = {point.name: point for point in serving_points(counts.since(before))}
    p95 = points["ModelLatency_p95"]
    assert (p95.value, p95.low, p95.high, p95.n) == (200.0, 180.0, 200.0, 100)
    assert points["FallbackShare"].value == pytest.approx(1 / 101)


def test_what_cloudwatch_does_not_answer_is_said(clients: Clients) -> None:
    figures = CloudWatchServingFigures(clients)
    figures.keep(ServingCounts("before", UNTIL - TEN))
    with_endpoint(clients)
    stub = Stubber(clients.of("cloudwatch"))
    stub.add_client_error("get_metric_statistics", "InternalServiceFault", http_status_code=500)
    stub.activate()
    with pytest.raises(StoreUnavailable, match="figures of the endpoint"):
        figures.counts(NOON)


def test_kept_counts_that_cannot_be_read_are_as_good_as_none(clients: Clients) -> None:
    item = {"pk": {"S": "serving-counts"}, "sk": {"S": "last"}, "body": {"B": b'"AAAA"'}}
    clients.of("dynamodb").put_item(TableName=clients.resources.state_table, Item=item)
    assert CloudWatchServingFigures(clients).last() is None
