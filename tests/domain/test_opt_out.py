from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.opt_out import OptOut
from stayline.domain.pseudonyms import EmployeeToken

TOKEN = EmployeeToken("a" * 32)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
INSTANTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("instant", "barred"),
    [(SINCE - MOMENT, False), (SINCE, True), (UNTIL - MOMENT, True), (UNTIL, False)],
)
def test_the_first_instant_is_barred_and_the_last_is_not(instant, barred):
    assert OptOut(TOKEN, SINCE, UNTIL).covers(instant) is barred


@given(INSTANTS, INSTANTS)
def test_an_open_one_holds_for_ever_and_when_the_clock_goes_back(since, instant):
    assert OptOut(TOKEN, since).covers(instant)


@given(INSTANTS, INSTANTS, INSTANTS, INSTANTS)
def test_intervals_that_meet_bar_each_instant_once_and_leave_no_gap(a, b, c, instant):
    first, middle, last = sorted((a, b, c))
    halves = [OptOut(TOKEN, first, middle), OptOut(TOKEN, middle, last)]
    assert sum(half.covers(instant) for half in halves) == OptOut(TOKEN, first, last).covers(
        instant
    )
