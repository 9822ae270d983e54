from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.key_validity import LONGEST_OVERLAP, is_valid, overlap_end, parse_overlap
from stayline.errors import SettingRefused
from stores import HOUR, MICROSECOND, NOON


@given(minutes=st.integers(0, 90 * 24 * 60), later=st.integers(-(10**6), 10**6))
def test_a_replaced_key_is_taken_until_its_overlap_ends_and_not_at_its_end(minutes, later):
    end = overlap_end(None, at=NOON, overlap=timedelta(minutes=minutes))
    assert end == NOON + timedelta(minutes=minutes)
    assert is_valid(end, at=end + later * MICROSECOND) == (later < 0)


def test_an_overlap_never_lengthens_the_life_of_a_key():
    assert overlap_end(NOON + HOUR, at=NOON, overlap=2 * HOUR) == NOON + HOUR
    assert overlap_end(NOON + 3 * HOUR, at=NOON, overlap=2 * HOUR) == NOON + 2 * HOUR


@pytest.mark.parametrize("overlap", [-MICROSECOND, LONGEST_OVERLAP + MICROSECOND])
def test_an_overlap_that_is_none_is_refused(overlap):
    with pytest.raises(SettingRefused, match="overlap"):
        overlap_end(None, at=NOON, overlap=overlap)


@given(st.integers(0, 9999), st.sampled_from("mhd"))
def test_a_number_with_its_unit_is_an_overlap(number, unit):
    unit_of = {"m": timedelta(minutes=1), "h": HOUR, "d": 24 * HOUR}
    assert parse_overlap(f" {number}{unit} ") == number * unit_of[unit]


@given(st.text(max_size=8).filter(lambda text: text.strip()[-1:] not in ("m", "h", "d")))
def test_any_other_text_is_refused(text):
    with pytest.raises(SettingRefused):
        parse_overlap(text)
