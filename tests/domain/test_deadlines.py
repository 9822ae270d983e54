from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.deadlines import (
    Jurisdiction,
    Standing,
    closed,
    due_on,
    extended,
    months_after,
    opened,
    standing,
)
from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.errors import RightsRequestRefused

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
DAY = timedelta(days=1)


def request_of(received_on: date, kind=RequestKind.ACCESS, law=Jurisdiction.EU) -> RightsRequest:
    return opened("a" * 32, kind, law, received_on, today=received_on)


@pytest.mark.parametrize(
    ("received_on", "last"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 1, 28), date(2026, 2, 28)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_one_calendar_month_ends_on_the_same_day_or_the_months_last(received_on, last):
    assert request_of(received_on).due_on == last


def test_a_request_of_31_january_answered_on_1_march_is_late_and_on_28_february_is_not():
    request, end = request_of(date(2026, 1, 31)), date(2026, 3, 1)
    late = closed(request, "Sent the export.", end, today=end)
    assert standing(late, end, due_soon_days=7) is Standing.CLOSED_LATE
    in_time = closed(request, "Sent the export.", end - DAY, today=end)
    assert standing(in_time, end, due_soon_days=7) is Standing.CLOSED


@pytest.mark.parametrize(
    ("kind", "law", "days"),
    [
        (RequestKind.GRIEVANCE, Jurisdiction.IN, 90),
        (RequestKind.BIAS_AUDIT_DATA, Jurisdiction.NYC, 30),
        (RequestKind.EXPLANATION, Jurisdiction.US_CO, 30),
        (RequestKind.CORRECTION, Jurisdiction.US_CO, 30),
    ],
)
def test_some_deadlines_are_counted_in_days(kind, law, days):
    assert due_on(kind, law, date(2026, 1, 31)) == date(2026, 1, 31) + timedelta(days=days)


@given(DAYS, st.integers(0, 40))
def test_months_after_lands_in_the_right_month_and_never_later_than_the_day(day, months):
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day
    assert found.day == day.day or (found + DAY).month != found.month


@given(DAYS, DAYS)
def test_who_asks_later_is_never_due_earlier(first, second):
    first, second = sorted((first, second))
    assert request_of(first).due_on <= request_of(second).due_on


@given(DAYS, st.integers(-40, 400), st.integers(0, 30))
def test_an_open_request_is_overdue_exactly_after_its_last_day(day, later, soon):
    request = request_of(day)
    today = request.due_on + timedelta(days=later)
    found = standing(request, today, due_soon_days=soon)
    assert (found is Standing.OVERDUE) == (later > 0)
    assert (found is Standing.DUE_SOON) == (-soon <= later <= 0)


@given(DAYS, st.integers(0, 31))
def test_an_extension_gives_three_months_in_all_when_told_within_the_first(day, after):
    request, today = request_of(day), day + timedelta(days=after)
    if today > request.due_on:
        with pytest.raises(RightsRequestRefused, match="within it"):
            extended(request, "The archive is large.", today=today)
        return
    longer = extended(request, "  The archive is  large. ", today=today)
    assert longer.due_on == months_after(day, 3)
    assert (longer.extended_on, longer.extension_reason) == (today, "The archive is large.")
    with pytest.raises(RightsRequestRefused, match="once"):
        extended(longer, "Again.", today=today)


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        (RequestKind.GRIEVANCE, Jurisdiction.IN),
        (RequestKind.ACCESS, Jurisdiction.IN),
        (RequestKind.ACCESS, Jurisdiction.US_CO),
        (RequestKind.BIAS_AUDIT_DATA, Jurisdiction.NYC),
    ],
)
def test_only_a_calendar_month_of_the_gdpr_can_be_extended(kind, law):
    request = request_of(date(2026, 1, 31), kind, law)
    with pytest.raises(RightsRequestRefused, match="cannot be extended"):
        extended(request, "It takes long.", today=request.received_on)


def test_what_cannot_be_is_refused_in_words():
    day = date(2026, 1, 31)
    with pytest.raises(RightsRequestRefused, match="received on 2026-02-01"):
        opened("a", RequestKind.ACCESS, Jurisdiction.EU, day + DAY, today=day)
    request = request_of(day)
    for outcome, on, told in [
        ("", day, "0 characters"),
        ("x" * 1001, day, "1001 characters"),
        ("Done.", day - DAY, "closed on 2026-01-30"),
        ("Done.", day + DAY, "closed on 2026-02-01"),
    ]:
        with pytest.raises(RightsRequestRefused, match=told):
            closed(request, outcome, on, today=day)
    done = closed(request, "Done.", day, today=day)
    for change in (
        lambda: closed(done, "Done again.", day, today=day),
        lambda: extended(done, "Again.", today=day),
    ):
        with pytest.raises(RightsRequestRefused, match="was closed on 2026-01-31"):
            change()
    with pytest.raises(RightsRequestRefused, match="0 characters"):
        extended(replace(request), "  ", today=day)
