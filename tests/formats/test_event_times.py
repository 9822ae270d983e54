from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.formats.event_times import event_time_text, parse_event_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000Z",
        " 2026-03-01T12:00:00Z ",
        "2026-03-01T14:00:00+02:00",
        "2026-03-01T14:00:00+0200",
        "1772366400",
        "1772366400.0",
    ],
)
def test_one_instant_in_each_of_its_spellings(text):
    assert parse_event_time(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-02-30T00:00:00Z", "2026-03-01T12:00:00", "2026-03-01 12:00:00Z",
        "2026-03-01T25:00:00Z", "-5", "1e9", "²", "0001-01-01T00:00:00+23:59", "9" * 12, "NaN",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_none(text):
    assert parse_event_time(text) is None


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_is_read_back_as_it_was_written(instant):
    assert parse_event_time(event_time_text(instant)) == instant


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_none(text):
    assert parse_event_time(text) is None or parse_event_time(text).tzinfo is UTC
