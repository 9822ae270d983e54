from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest

from aws_backend import AwsBackend
from fake_aws import make_endpoint
from stayline.adapters.aws.clients import Clients
from stayline.domain.serving_counts import Histogram, ServingCounts
from stores import HOUR, NOON, Backend

MINUTE = timedelta(minutes=1)
HELD = Histogram((50.0, 100.0, inf), (1.0, 2.0, 3.0))
COUNTS = ServingCounts("run 夜", NOON, "attrition-risk", True, 3, 1, 0, 2, HELD, Histogram(), 0.25)


def test_where_no_server_ever_ran_nothing_was_counted(backend: Backend) -> None:
    assert backend.serving().counts(NOON) is None
    assert backend.serving().last() is None


def test_kept_counts_come_back_equal_and_the_newest_alone(backend: Backend) -> None:
    backend.serving().keep(COUNTS)
    assert backend.serving().last() == COUNTS
    newer = replace(COUNTS, taken_at=NOON + HOUR, capture_lag_s=None)
    backend.serving().keep(newer)
    assert backend.serving().last() == newer


def test_on_aws_a_look_counts_what_cloudwatch_was_told_since_the_last(backend: Backend) -> None:
    if not isinstance(backend, AwsBackend):
        pytest.skip("what the embedded server counts is read from its own files, and tested there")
    stack = backend.resources
    make_endpoint(stack)
    backend.serving().keep(replace(COUNTS, taken_at=NOON - timedelta(minutes=10)))
    answered = {"MetricName": "Invocations", "Value": 1.0, "Timestamp": NOON - 5 * MINUTE}
    answered["Dimensions"] = [{"Name": "Source", "Value": "nightly"}]
    Clients(stack).of("cloudwatch").put_metric_data(
        Namespace=stack.metric_namespace, MetricData=[answered]
    )
    counts = backend.serving().counts(NOON)
    assert counts is not None
    assert (counts.requests, counts.nightly, counts.is_running) == (1, 1, True)
