from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.trial_tally import (
    BUCKETS,
    FASTEST_S,
    Latencies,
    ScoreShift,
    Tally,
    TrialTally,
    bucket_end,
    bucket_of,
    total,
)

DURATIONS = st.lists(st.floats(1e-5, 8.8), min_size=1, max_size=200)
STEP = 2 ** (1 / 4)


def latencies(durations: list[float]) -> Latencies:
    counts = [0] * BUCKETS
    for seconds in durations:
        counts[bucket_of(seconds)] += 1
    return Latencies(tuple(counts))


def tally(durations: list[float], errors: int) -> TrialTally:
    one = Tally(len(durations) + errors, errors, latencies(durations))
    return TrialTally(one, Tally(), ScoreShift(len(durations), 0.5 * len(durations), errors))


@given(st.floats(0, 1e6))
def test_a_duration_lies_in_its_bucket_and_no_more_than_a_step_below_its_end(seconds):
    bucket = bucket_of(seconds)
    assert 0 <= bucket < BUCKETS
    if FASTEST_S < seconds <= bucket_end(BUCKETS - 1):
        assert bucket_end(bucket) / STEP * (1 - 1e-6) <= seconds <= bucket_end(bucket) * (1 + 1e-6)


@given(DURATIONS)
def test_the_95th_percentile_is_never_too_low_and_at_most_a_step_too_high(durations):
    exact = sorted(durations)[ceil(0.95 * len(durations)) - 1]
    p95 = latencies(durations).p95_s
    assert exact * (1 - 1e-6) <= p95 <= exact * STEP * (1 + 1e-6)


@given(st.lists(st.tuples(DURATIONS, st.integers(0, 9)), max_size=5))
def test_what_processes_counted_apart_is_what_one_would_have_counted(parts):
    merged = total(tally(durations, errors) for durations, errors in parts)
    assert merged.candidate.latencies == latencies([s for seconds, _ in parts for s in seconds])
    assert merged.candidate.errors == sum(errors for _, errors in parts)
    assert merged.candidate.invocations == merged.candidate.latencies.n + merged.candidate.errors
    assert merged.shift.n == merged.candidate.latencies.n
    assert merged == total(reversed([tally(*part) for part in parts]))


def test_nothing_counted_has_no_percentile_no_share_and_no_shift():
    empty = total([])
    assert empty == TrialTally()
    assert (empty.candidate.latencies.p95_s, empty.candidate.share_of_errors) == (None, 0.0)
    assert (empty.shift.mean, empty.shift.share_of_bands) == (0.0, 0.0)
    assert empty.figures()["p95_ms"] is None
