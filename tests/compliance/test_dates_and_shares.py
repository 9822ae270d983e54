"""The arithmetic under the controls holds for any day, interval and share."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.compliance.areas.opt_out_records import Interval
from stayline.domain.compliance.deadlines import months_after
from stayline.domain.compliance.quarters import name_of, quarter_named, quarter_of
from stayline.domain.compliance.statistics import lowest_difference, wilson

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
COUNTS = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda two: (min(two), two[1]))


@given(DAYS)
def test_a_month_later_is_in_the_next_month_on_that_day_or_its_last(day):
    later = months_after(day)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == 1
    is_last = (later + timedelta(days=1)).month != later.month
    assert later.day == day.day or (later.day < day.day and is_last)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_an_interval_and_the_time_from_its_end_on_never_overlap(since, until, instant):
    held = Interval("a", since, until).holds_at(instant)
    assert held is (since <= instant and instant < until)
    assert not (held and Interval("a", until).holds_at(instant))


@given(INSTANTS)
def test_every_instant_lies_in_its_quarter_and_quarters_meet(instant):
    quarter = quarter_of(instant)
    assert quarter.holds(instant)
    assert quarter_named(name_of(instant)) == quarter
    assert quarter_of(quarter.until).since == quarter.until


@given(COUNTS)
def test_wilsons_interval_holds_the_share(counts):
    successes, n = counts
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


@given(COUNTS, COUNTS)
def test_a_difference_is_never_sure_both_ways(one, other):
    assert lowest_difference(*one, *other) <= 0 or lowest_difference(*other, *one) <= 0
