import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.data_statistics import (
    Bucket,
    Kll,
    NumericalDistribution,
    NumericalStatistics,
    Presence,
)
from stayline.modelling.feature_statistics import feature_statistics
from stayline.reports.drawing import ticks
from stayline.reports.then_and_now import OTHERS, number_bars, word_shares


def numbers(values) -> NumericalStatistics:
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    (found,) = feature_statistics(frame, (Column("x", Kind.NUMBER, Role.FEATURE),)).features
    return found.numerical_statistics


def words(counts: dict[str, int]):
    values = [word for word, count in counts.items() for _ in range(count)]
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.String)})
    (found,) = feature_statistics(frame, (Column("x", Kind.CATEGORY, Role.FEATURE),)).features
    return found.string_statistics


values = st.lists(st.floats(allow_nan=False, width=32), min_size=5, max_size=40)


@given(values, values)
def test_both_histograms_have_the_same_bins_and_all_rows(now, then):
    bars = number_bars(numbers(now), numbers(then))
    assert len(bars.then) == len(bars.now) == len(bars.edges) - 1 <= 25
    assert sum(bars.then) == pytest.approx(1)
    assert sum(bars.now) == pytest.approx(1)
    assert list(bars.edges) == sorted(set(bars.edges))


def test_few_whole_numbers_have_a_bar_each():
    bars = number_bars(numbers([1, 2, 2, 3, 3, 3]), numbers([1, 1, 1, 3, 3, 5]))
    assert bars.edges == (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)
    assert bars.now == pytest.approx((1 / 6, 2 / 6, 3 / 6, 0, 0))
    assert bars.then == pytest.approx((3 / 6, 0, 2 / 6, 0, 1 / 6))


def test_one_far_value_does_not_flatten_all_others():
    usual = np.random.default_rng(0).normal(50, 10, 5000)
    bars = number_bars(numbers([*usual, 1e9]), numbers(usual))
    assert bars.edges[-1] < 100
    assert sum(bars.now) == pytest.approx(1)


def test_statistics_without_a_sketch_are_drawn_from_their_buckets():
    buckets = (Bucket(0, 10, 30), Bucket(10, 20, 10))
    foreign = NumericalStatistics(Presence(40, 0), distribution=NumericalDistribution(Kll(buckets)))
    bars = number_bars(foreign, foreign)
    assert sum(bars.now[: len(bars.now) // 2]) == pytest.approx(0.75)
    assert number_bars(NumericalStatistics(Presence(40, 0)), foreign) is None


def test_fewer_than_five_values_are_no_histogram():
    assert number_bars(numbers([1, 2, 3, 4]), numbers(range(100))) is None
    assert number_bars(numbers([]), numbers(range(100))) is None
    assert word_shares(words({"a": 4}), words({"a": 50})) == ()


def test_words_of_few_people_are_put_together_and_a_small_rest_has_no_number():
    now = words({"a": 80, "b": 15, "c": 3, "d": 2})
    then = words({"a": 50, "b": 20, "c": 20, "gone": 10})
    told = {one.word: (one.then, one.now) for one in word_shares(now, then)}
    assert told == {
        "a": (0.5, 0.8),
        "b": (0.2, 0.15),
        "gone": (0.1, 0),
        OTHERS: (pytest.approx(0.2), 0.05),
    }
    fewer = word_shares(words({"a": 80, "b": 3}), words({"a": 50, "b": 50}))
    assert [(one.word, one.now) for one in fewer] == [("a", 80 / 83), (OTHERS, None)]


@given(
    st.dictionaries(st.text(max_size=4), st.integers(1, 30), min_size=1, max_size=30),
    st.dictionaries(st.text(max_size=4), st.integers(1, 30), max_size=30),
)
def test_no_word_of_one_to_four_people_is_ever_named(now, then):
    shown = word_shares(words(now), words(then))
    for one in shown[:-1]:
        assert now.get(one.word, 0) == 0 or now[one.word] >= 5
    if shown and all(one.now is not None for one in shown):
        assert sum(one.now for one in shown) == pytest.approx(1)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(2, 8))
def test_ticks_are_round_and_few_and_within_the_range(one, other, most):
    low, high = sorted((one, other))
    found = ticks(low, high, most)
    assert len(found) <= most
    assert found == sorted(set(found))
    near = 1e-6 * (abs(low) + abs(high))
    assert all(low - near <= tick <= high + near for tick in found)


@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.03, 0.97), (-0.2, 0.4), (17, 21_000), (99, 101)])
def test_usual_ranges_have_two_ticks_at_least(ends):
    assert 2 <= len(ticks(*ends, 5)) <= 5


@pytest.mark.parametrize("far", [1e30, -1e30, 3e38, 1e-30, 0.0])
def test_values_that_are_all_alike_make_a_histogram_however_large(far):
    bars = number_bars(numbers([far] * 9), numbers([far] * 7))
    assert sum(bars.now) == sum(bars.then) == 1
