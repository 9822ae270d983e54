"""What of a window's statistics is written: nobody can be picked out, the rest stays as it is."""

import numpy as np
import polars as pl
import pytest

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.watching.shown import RARE, shown_statistics

COLUMNS = (Column("Pay", Kind.NUMBER, Role.FEATURE), Column("Site", Kind.CATEGORY, Role.FEATURE))


def statistics(pay: list[float | None], site: list[str]):
    frame = pl.DataFrame({"Pay": pay, "Site": site}, schema_overrides={"Pay": pl.Float64})
    return feature_statistics(frame, COLUMNS)


@pytest.mark.parametrize("people", [40, 600, 1_201, 2_400, 4_803, 20_000])
def test_no_number_is_told_that_fewer_than_five_lie_beyond(people):
    rng = np.random.default_rng(0)
    pay = np.sort(rng.normal(5_000, 1_000, people))
    pay[-1], pay[0] = 1e6, -1e6
    exact = statistics(pay.tolist(), ["North"] * people)
    told = shown_statistics(exact).features[0].numerical_statistics
    assert pay[4] <= told.min < told.max <= pay[-5]
    buckets = told.distribution.kll.buckets
    assert sum(bucket.count for bucket in buckets) == people
    assert all(bucket.count >= 5 for bucket in buckets)
    assert buckets[0].lower_bound == told.min
    assert buckets[-1].upper_bound == told.max
    kept = [value for level in told.distribution.kll.sketch.data for value in level]
    assert (min(kept), max(kept)) == (told.min, told.max)
    assert told.mean == exact.features[0].numerical_statistics.mean


@pytest.mark.parametrize(("present", "is_told"), [(4, False), (5, True), (9, True)])
def test_of_fewer_than_five_values_only_the_count_is_told(present, is_told):
    pay = [float(n) for n in range(present)] + [None] * (40 - present)
    told = shown_statistics(statistics(pay, ["North"] * 40)).features[0].numerical_statistics
    assert told.common.num_present == present
    assert (told.mean is not None) is is_told
    assert not is_told or told.min <= told.max


def test_words_of_fewer_than_five_people_are_put_together():
    site = ["North"] * 30 + ["South"] * 5 + ["Moon"] * 4 + ["Mars"]
    told = shown_statistics(statistics([1.0] * 40, site)).features[1].string_statistics
    assert told.counts == {"North": 30, "South": 5, RARE: 5}
    assert told.distinct_count == 4


def test_words_of_many_people_stay_as_they_are():
    exact = statistics([1.0] * 40, ["North"] * 20 + ["South"] * 20)
    assert shown_statistics(exact).features[1] == exact.features[1]
