import numpy as np
import polars as pl
import pytest

from stayline.modelling.fairness.flip_test import MOST_ROWS, flip_tests
from stayline.modelling.fairness.tables import grouping


def flips(features, flagged, facet):
    groups = grouping(pl.Series("facet", facet))
    return flip_tests(pl.DataFrame(features), np.array(flagged), groups, np.random.default_rng(0))


def test_a_group_that_is_flagged_where_others_like_them_are_not_has_a_negative_flip():
    pay = np.tile(np.arange(20.0), 2)
    flagged = [0] * 20 + [0] * 15 + [1] * 5
    a, b = flips({"pay": pay}, flagged, ["a"] * 20 + ["b"] * 20)
    assert b.value == pytest.approx(-5 / 20)
    assert a.value > 0
    assert (a.n, b.n) == (20, 20)


def test_text_is_left_out_and_a_missing_number_is_the_median():
    pay = pl.Series([1.0, None, 3, float("nan"), 2, 2], strict=False)
    told = flips({"pay": pay, "role": list("uvwxyz")}, [0, 1, 0, 1, 0, 1], list("aaabbb"))
    filled = flips({"pay": [1.0, 2, 3, 2, 2, 2]}, [0, 1, 0, 1, 0, 1], list("aaabbb"))
    assert told == filled


def test_without_numbers_or_others_it_says_why_there_is_no_flip_test():
    (a, _) = flips({"role": ["x", "y"]}, [0, 1], ["a", "b"])
    assert a.value is None
    assert "No input is a number" in a.error
    (only,) = flips({"pay": [1.0, 2.0]}, [0, 1], ["a", "a"])
    assert only.value is None
    assert "no rows on one side" in only.error


def test_very_many_rows_are_sampled_and_the_number_is_told():
    rows = MOST_ROWS + 500
    facet = ["a"] * MOST_ROWS + ["b"] * 500
    a, b = flips({"pay": np.arange(rows) % 97}, np.arange(rows) % 3 == 0, facet)
    assert a.n + b.n == MOST_ROWS
    assert 430 < b.n < 500
