from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.fallback import FallbackLimits, is_due, stale_for_s
from stayline.domain.target_health import Outage, failed
from stores import HOUR, NOON

SECONDS = st.integers(-10_000, 10_000).map(lambda seconds: timedelta(seconds=seconds))
LIMITS = FallbackLimits(after=timedelta(seconds=300), max_age=timedelta(hours=48))
FIVE = timedelta(seconds=5)


@given(later=st.lists(st.integers(0, 10_000), max_size=9))
def test_an_outage_begins_with_its_first_failure_however_many_follow(later):
    outage = failed(None, NOON)
    for seconds in sorted(later):
        outage = failed(outage, NOON + timedelta(seconds=seconds))
    assert outage.failing_since == NOON


@given(first=SECONDS, second=SECONDS)
def test_a_clock_set_back_makes_an_outage_no_shorter_than_what_the_clock_shows(first, second):
    outage = failed(failed(None, NOON + first), NOON + second)
    assert outage.failing_since == NOON + min(first, second)


@given(probed=SECONDS, now=SECONDS)
def test_a_probe_is_due_after_the_interval_and_when_the_clock_was_set_back_by_as_much(probed, now):
    outage = Outage(NOON, NOON + probed)
    assert outage.may_probe(NOON + now, FIVE) == (abs(now - probed) >= FIVE)
    assert not outage.probed(NOON + now).may_probe(NOON + now, FIVE)


@given(seconds=st.integers(-10_000, 10_000))
def test_kept_scores_are_served_never_before_the_limit_and_always_from_it_on(seconds):
    now = NOON + timedelta(seconds=seconds)
    assert is_due(NOON, now=now, limits=LIMITS) == (seconds >= 300)
    assert not is_due(None, now=now, limits=LIMITS)


def test_a_kept_score_stands_in_up_to_its_limit_and_not_one_microsecond_longer():
    oldest = NOON - 48 * HOUR
    assert stale_for_s(oldest, now=NOON, limits=LIMITS) == 48 * 3600
    assert stale_for_s(oldest - timedelta(microseconds=1), now=NOON, limits=LIMITS) is None


def test_a_score_from_what_is_now_the_future_is_fresh():
    assert stale_for_s(NOON + HOUR, now=NOON, limits=LIMITS) == 0
