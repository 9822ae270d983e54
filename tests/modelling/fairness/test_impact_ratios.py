import numpy as np
import polars as pl
import pytest

from stayline.modelling.fairness.impact_ratios import Reading, impact_tables
from stayline.modelling.fairness.tables import AuditRows, grouping


def tables(facet, risk, person=None):
    person = np.arange(len(risk)) if person is None else person
    rows = AuditRows.of(np.zeros(len(risk)), np.asarray(risk), person, alert_from=0.5)
    found = impact_tables(rows, grouping(pl.Series("Gender", facet)))
    return {table.reading: table for table in found}


def test_the_ratio_is_to_the_most_selected_category():
    """The example of the city's form, by hand: 4 of 10 and 2 of 20 are flagged."""
    facet = ["Female"] * 20 + ["Male"] * 10
    risk = [0.9] * 2 + [0.1] * 18 + [0.9] * 4 + [0.1] * 6
    table = tables(facet, risk)[Reading.FLAGGED]
    female, male = table.rows
    assert (female.category, female.n, female.selected) == ("Female", 20, 2)
    assert female.rate.value == pytest.approx(0.1)
    assert female.ratio.value == pytest.approx(0.25)
    assert female.ratio.low < 0.25 < female.ratio.high
    assert not female.is_most_selected
    assert male.is_most_selected
    assert (male.ratio.value, male.ratio.low, male.ratio.high) == (1, 1, 1)


def test_both_outcomes_are_told_since_neither_is_good_by_itself():
    facet = ["Female"] * 20 + ["Male"] * 10
    risk = [0.9] * 2 + [0.1] * 18 + [0.9] * 4 + [0.1] * 6
    female, male = tables(facet, risk)[Reading.NOT_FLAGGED].rows
    assert (female.selected, male.selected) == (18, 6)
    assert female.is_most_selected
    assert male.ratio.value == pytest.approx(0.6 / 0.9)


def test_the_scoring_rate_is_the_share_above_the_median_of_all_rows():
    facet = ["Female"] * 4 + ["Male"] * 4 + [None]
    risk = [0.1, 0.2, 0.3, 0.8, 0.5, 0.6, 0.7, 0.45, 0.9]  # 0.5 is the median itself
    table = tables(facet, risk)[Reading.SCORED_HIGH]
    assert [row.selected for row in table.rows] == [1, 2]
    assert (table.n, table.unknown) == (8, 1)


def test_a_category_under_two_percent_is_listed_with_the_reason_and_not_compared():
    facet = ["Female"] * 500 + ["Male"] * 500 + ["Other"] * 3
    risk = [0.9] * 100 + [0.1] * 400 + [0.9] * 50 + [0.1] * 450 + [0.9] * 3
    table = tables(facet, risk)[Reading.FLAGGED]
    assert [row.category for row in table.rows] == ["Female", "Male"]
    assert table.rows[0].is_most_selected
    (other,) = table.excluded
    assert (other.category, other.n, other.selected) == ("Other", 3, 3)
    assert other.rate.value == 1
    assert other.reason == "0.3% of the rows, less than 2%"


def test_a_category_of_just_two_percent_is_compared():
    table = tables(["a"] * 98 + ["b"] * 2, [0.9] * 100)[Reading.FLAGGED]
    assert [row.category for row in table.rows] == ["a", "b"]
    assert table.excluded == ()


def test_where_nobody_is_selected_there_is_no_ratio():
    table = tables(["a", "b", "b"], [0.1, 0.1, 0.1])[Reading.FLAGGED]
    assert [row.ratio for row in table.rows] == [None, None]
    assert table.rows[0].rate.value == 0
    assert table.rows[0].rate.high > 0


def test_a_ratio_is_less_certain_when_rows_are_of_the_same_few_people():
    facet = np.repeat(["a", "b"], 200)
    risk = np.repeat(np.arange(80) % 3 == 0, 5).astype(float)
    person = np.repeat(np.arange(80), 5)
    alike = tables(facet, risk, person)[Reading.FLAGGED].rows
    apart = tables(facet, risk)[Reading.FLAGGED].rows
    for one, other in zip(alike, apart, strict=True):
        assert one.rate.high - one.rate.low > 1.9 * (other.rate.high - other.rate.low)
