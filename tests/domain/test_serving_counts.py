from datetime import timedelta
from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.serving_counts import Histogram, ServingCounts, serving_points
from stores import NOON

BOUNDS = (100.0, 200.0, 400.0, 800.0, inf)


def histogram(*values):
    return Histogram(BOUNDS, tuple(float(sum(v <= bound for v in values)) for bound in BOUNDS))


def by_name(points):
    return {point.name: point for point in points}


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values, share):
    value, low, high = histogram(*values).quantile(share)
    true = np.quantile(values, share, method="inverted_cdf")
    assert low <= true <= high
    assert low <= value <= high


def test_a_time_without_a_server_has_no_points_and_a_quiet_one_has_a_zero():
    assert serving_points(ServingCounts("r", NOON)) == []
    (quiet, lag) = serving_points(ServingCounts("r", NOON, "risk", True, capture_lag_s=0.0))
    assert (quiet.name, quiet.value, quiet.dimensions) == (
        "Invocations",
        0,
        {"EndpointName": "risk"},
    )
    assert (lag.name, lag.value, lag.unit) == ("CaptureLag", 0.0, "Seconds")


def test_what_was_counted_before_the_server_stopped_is_told():
    found = by_name(serving_points(ServingCounts("r", NOON, requests=10, server_errors=1)))
    assert found["Invocation5XXErrors"].value == 0.1
    assert "CaptureLag" not in found


def test_shares_are_of_all_requests_and_carry_their_number():
    counted = ServingCounts("r", NOON, "risk", True, 200, 20, 4, 2)
    found = by_name(serving_points(counted))
    assert (found["Invocation4XXErrors"].value, found["Invocation4XXErrors"].n) == (0.02, 200)
    assert (found["Invocation5XXErrors"].value, found["FallbackShare"].value) == (0.01, 0.1)


@given(
    st.lists(
        st.tuples(st.floats(0, 790), st.one_of(st.none(), st.floats(0, 790))),
        min_size=20, max_size=200,
    )
)  # fmt: skip
def test_the_true_end_to_end_percentile_lies_between_the_estimate_s_bounds(pairs):
    overhead = histogram(*(over for over, _ in pairs))
    model = histogram(*(own for _, own in pairs if own is not None))
    counted = ServingCounts("r", NOON, "e", True, len(pairs), model=model, overhead=overhead)
    found = by_name(serving_points(counted))["EndToEndLatency_p95"]
    true = np.quantile([over + (own or 0.0) for over, own in pairs], 0.95, method="inverted_cdf")
    assert found.low <= true <= found.high
    assert found.low <= found.value <= found.high


def test_latency_beyond_the_last_bound_has_no_upper_one():
    found = by_name(serving_points(ServingCounts("r", NOON, requests=1, overhead=histogram(900))))
    assert found["EndToEndLatency_p95"].value == 800
    assert found["EndToEndLatency_p95"].high is None


def test_the_counts_of_an_interval_are_the_difference_and_all_of_a_new_run():
    before = ServingCounts("a", NOON, "e", True, 10, 1, 2, 3, histogram(50), histogram(50, 150))
    later = ServingCounts(
        "a", NOON + timedelta(minutes=1), "e", True, 30, 2, 4, 6,
        histogram(50, 300), histogram(50, 150, 150),
    )  # fmt: skip
    since = later.since(before)
    assert (since.requests, since.nightly, since.client_errors, since.server_errors) == (
        20,
        1,
        2,
        3,
    )
    assert (since.model, since.overhead) == (histogram(300), histogram(150))
    assert ServingCounts("b", NOON, requests=30).since(before).requests == 30
    assert ServingCounts("a", NOON, requests=5).since(before).requests == 5
