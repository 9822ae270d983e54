from datetime import UTC, date, datetime
from itertools import pairwise

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.data_statistics import Bucket, Statistics
from stayline.formats.report_json import decode, encode
from stayline.modelling.feature_statistics import MOST_CATEGORIES, feature_statistics
from stayline.modelling.quantile_sketch import weighted_values
from training_frames import ibm_data


def column(name, kind, **more):
    return Column(name, kind, Role.FEATURE, **more)


PAY = column("Pay", Kind.NUMBER)
TEAM = column("Team", Kind.CATEGORY)
JOINED = column("Joined", Kind.DATE)


def only(frame, *columns):
    """Return the one feature as plain JSON."""
    statistics = feature_statistics(frame, columns)
    (feature,) = msgspec.json.decode(encode(statistics))["features"]
    return feature


def test_numbers_are_summed_up_as_by_hand():
    told = only(pl.DataFrame({"Pay": [4.0, 1.0, None, 1.0, 11.0, float("nan")]}), PAY)
    assert (told["name"], told["inferred_type"]) == ("Pay", "Integral")
    numbers = told["numerical_statistics"]
    assert numbers["common"] == {"num_present": 4, "num_missing": 2}
    assert (numbers["sum"], numbers["mean"]) == (17.0, 4.25)
    assert (numbers["min"], numbers["max"]) == (1.0, 11.0)
    assert numbers["std_dev"] == pytest.approx((66.75 / 4) ** 0.5)  # of the population
    kll = numbers["distribution"]["kll"]
    assert [bucket["count"] for bucket in kll["buckets"]] == [2, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert kll["buckets"][3] == {"lower_bound": 4.0, "upper_bound": 5.0, "count": 1}
    assert kll["sketch"] == {"parameters": {"c": 0.64, "k": 512.0}, "data": [[1, 1, 4, 11]]}


def test_a_column_of_one_value_still_has_ten_buckets():
    told = only(pl.DataFrame({"Pay": [2.5, 2.5]}), PAY)
    assert told["inferred_type"] == "Fractional"
    buckets = told["numerical_statistics"]["distribution"]["kll"]["buckets"]
    assert buckets == [{"lower_bound": 2.5, "upper_bound": 2.5, "count": 0}] * 9 + [
        {"lower_bound": 2.5, "upper_bound": 2.5, "count": 2}
    ]


def test_words_are_counted_the_most_frequent_first():
    told = only(pl.DataFrame({"Team": ["b", "a", None, "c", "c"]}), TEAM)
    words = told["string_statistics"]
    assert told["inferred_type"] == "String"
    assert words["common"] == {"num_present": 4, "num_missing": 1}
    assert words["distinct_count"] == 3
    assert words["distribution"]["categorical"]["buckets"] == [
        {"value": "c", "count": 2},
        {"value": "a", "count": 1},
        {"value": "b", "count": 1},
    ]


def test_of_many_words_the_rest_is_only_counted():
    names = [f"site {n}" for n in range(MOST_CATEGORIES + 5)] + ["site 3"]
    words = only(pl.DataFrame({"Team": names}), TEAM)["string_statistics"]
    buckets = words["distribution"]["categorical"]["buckets"]
    assert len(buckets) == MOST_CATEGORIES
    assert buckets[0] == {"value": "site 3", "count": 2}
    assert words["distinct_count"] == MOST_CATEGORIES + 5


def test_a_date_is_taken_as_days_before_the_event_time():
    frame = pl.DataFrame(
        {
            "event_time": [datetime(2026, 1, 11, 9, tzinfo=UTC)] * 3,
            "Joined": [date(2026, 1, 1), None, date(2026, 1, 12)],
        }
    )
    told = only(frame, JOINED)
    assert told["inferred_type"] == "Integral"
    assert told["numerical_statistics"]["max"] == 10
    assert told["numerical_statistics"]["min"] == -1


@pytest.mark.parametrize("asked", [PAY, TEAM], ids=lambda c: c.name)
def test_a_column_without_values_has_no_figures(asked):
    dtype = pl.Float64 if asked is PAY else pl.String
    told = only(pl.DataFrame({asked.name: [None, None]}, schema={asked.name: dtype}), asked)
    assert told["inferred_type"] == "Unknown"
    (figures,) = [value for key, value in told.items() if key.endswith("statistics")]
    assert figures["common"] == {"num_present": 0, "num_missing": 2}
    assert set(figures) <= {"common", "distinct_count"}


def test_a_frame_without_rows_is_no_fault():
    frame = pl.DataFrame(schema={"Pay": pl.Float64, "Team": pl.String})
    statistics = feature_statistics(frame, (PAY, TEAM))
    assert statistics.dataset.item_count == 0
    assert [feature.presence.num_missing for feature in statistics.features] == [0, 0]


@given(st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=True), min_size=1))
@settings(deadline=None, max_examples=150)
def test_any_numbers_give_a_file_that_reads_back(values):
    frame = pl.DataFrame({"Pay": values}, schema={"Pay": pl.Float64})
    statistics = feature_statistics(frame, (PAY,))
    assert decode(encode(statistics), Statistics, "statistics.json") == statistics
    feature = statistics.features[0]
    numbers = feature.numerical_statistics
    present = [value for value in values if value is not None and value == value]
    assert feature.presence.num_present == len(present)
    if present:
        kll = numbers.distribution.kll
        buckets: tuple[Bucket, ...] = kll.buckets
        assert sum(bucket.count for bucket in buckets) == len(present)
        assert (buckets[0].lower_bound, buckets[-1].upper_bound) == (numbers.min, numbers.max)
        pairs = pairwise(buckets)
        assert all(low.upper_bound == high.lower_bound for low, high in pairs)
        assert np.isfinite([numbers.mean, numbers.sum, numbers.std_dev]).all()
        assert weighted_values(kll.sketch)[1].sum() == len(present)


def test_equal_people_in_another_order_give_equal_bytes():
    data, schema = ibm_data()
    frame = data.development.frame
    told = encode(feature_statistics(frame, schema.model_inputs))
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    assert encode(feature_statistics(shuffled, schema.model_inputs)) == told


def test_real_columns_are_summed_up_as_polars_does():
    data, schema = ibm_data()
    frame = data.development.frame
    statistics = feature_statistics(frame, schema.model_inputs)
    assert [f.name for f in statistics.features] == [c.name for c in schema.model_inputs]
    numbers = [f for f in statistics.features if f.numerical_statistics]
    assert len(numbers) > 5
    for feature in numbers:
        series, told = frame.get_column(feature.name), feature.numerical_statistics
        assert told.mean == pytest.approx(series.mean())
        assert told.std_dev == pytest.approx(series.std(ddof=0))
        values, weights = weighted_values(told.distribution.kll.sketch)
        median = values[np.searchsorted(np.cumsum(weights), weights.sum() / 2)]
        below = (series <= median).sum() / len(series)
        assert below >= 0.5 - 0.003
