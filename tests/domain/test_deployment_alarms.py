import pytest

from stayline.domain.deployment_alarms import Alarm, readings, ringing, told
from stayline.domain.gates import Verdict
from stayline.domain.trial_tally import BUCKETS, Latencies, ScoreShift, Tally, TrialTally, bucket_of


def tally(n: int, ms: float, errors: int = 0) -> Tally:
    counts = [0] * BUCKETS
    counts[bucket_of(ms / 1000)] = n
    return Tally(n + errors, errors, Latencies(tuple(counts)))


GOOD = TrialTally(tally(100, 3), tally(900, 3), ScoreShift(100, 2.0, 5))


def verdict(alarm: Alarm, trial: TrialTally, **given: bool) -> Verdict:
    (found,) = [one for one in readings(trial, **given) if one.alarm is alarm]
    return found.verdict


def test_a_candidate_like_the_champion_rings_nothing():
    found = readings(GOOD)
    assert {one.verdict for one in found} == {Verdict.PASS}
    assert ringing(found) == ()


@pytest.mark.parametrize(
    ("candidate", "champion", "expected"),
    [
        (tally(99, 3, errors=1), tally(900, 3), Verdict.PASS),
        (tally(97, 3, errors=3), tally(900, 3), Verdict.PASS),
        (tally(94, 3, errors=6), tally(900, 3), Verdict.FAIL),
        (tally(94, 3, errors=6), tally(90, 3, errors=10), Verdict.PASS),
        (tally(10, 3, errors=2), tally(900, 3), Verdict.INSUFFICIENT),
        (tally(10, 3, errors=3), tally(900, 3), Verdict.FAIL),
        (tally(0, 3), tally(0, 3), Verdict.INSUFFICIENT),
    ],
)
def test_errors_ring_when_surely_above_one_in_a_hundred_and_above_the_champion_s(
    candidate, champion, expected
):
    assert verdict(Alarm.ERRORS, TrialTally(candidate, champion)) is expected


@pytest.mark.parametrize(
    ("candidate", "champion", "expected"),
    [
        (tally(100, 15), tally(100, 1), Verdict.PASS),
        (tally(100, 30), tally(100, 20), Verdict.PASS),
        (tally(100, 60), tally(100, 20), Verdict.FAIL),
        (tally(100, 60), tally(10, 20), Verdict.PASS),
        (tally(100, 300), tally(0, 1), Verdict.FAIL),
        (tally(100, 300), tally(100, 290), Verdict.PASS),
        (tally(100, 300), tally(100, 150), Verdict.FAIL),
        (tally(29, 300), tally(100, 1), Verdict.INSUFFICIENT),
    ],
)
def test_latency_rings_when_it_is_noticed_and_twice_the_champion_s(candidate, champion, expected):
    assert verdict(Alarm.LATENCY, TrialTally(candidate, champion)) is expected


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (ScoreShift(100, 9.0, 20), Verdict.PASS),
        (ScoreShift(100, 11.0, 0), Verdict.FAIL),
        (ScoreShift(100, 1.0, 26), Verdict.FAIL),
        (ScoreShift(29, 29.0, 29), Verdict.INSUFFICIENT),
    ],
)
def test_a_shift_rings_by_its_mean_or_by_the_bands_it_changes(shift, expected):
    assert verdict(Alarm.SCORE_SHIFT, TrialTally(shift=shift)) is expected


def test_a_shift_that_was_allowed_is_told_and_stops_nothing():
    found = readings(TrialTally(shift=ScoreShift(100, 50.0, 90)), is_shift_allowed=True)
    assert ringing(found) == ()
    assert "differ by 0.500 on average, 90% of bands change, n = 100, as allowed" in told(found)


def test_every_reading_says_its_n_and_when_that_is_too_few():
    found = readings(TrialTally(tally(5, 3), tally(7, 3), ScoreShift(5, 0.1, 0)))
    assert {one.verdict for one in found} == {Verdict.INSUFFICIENT}
    assert told(found) == (
        "errors: 0 of 5 failed (0.0%; before: 0 of 7) (insufficient evidence); "
        "latency: p95 3.0 ms, n = 5 (before: n = 7, too few to compare with) "
        "(insufficient evidence); score shift: risks differ by 0.020 on average, "
        "0% of bands change, n = 5 (insufficient evidence)"
    )
