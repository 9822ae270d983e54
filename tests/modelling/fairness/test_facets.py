from datetime import UTC, datetime

import polars as pl
import pytest

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.fairness.facets import MOST_GROUPS, OTHER_VALUES, facet_columns


def facet(name, kind, cells, event_time=None, age_from=40):
    """Return the groups of one column."""
    when = event_time or [datetime(2026, 6, 15, tzinfo=UTC)] * len(cells)
    return facet_columns(
        pl.DataFrame({name: pl.Series(cells, dtype=pl.String)}),
        (Column(name, kind, Role.PROTECTED),),
        event_time=pl.Series("event_time", when),
        protected_age_from=age_from,
    )[name].to_list()


@pytest.mark.parametrize("name", ["Age", "age", "AgeAtHire", "EmployeeAge"])
def test_an_age_becomes_one_of_two_bands(name):
    bands = ["under 40", "40 and over", "40 and over", None]
    assert facet(name, Kind.NUMBER, ["39.9", "40.0", "71", None]) == bands


def test_the_schema_says_where_the_upper_band_begins():
    assert facet("Age", Kind.NUMBER, ["49", "50"], age_from=50) == ["under 50", "50 and over"]


@pytest.mark.parametrize("name", ["birthdate_key", "DateOfBirth", "DOB"])
def test_a_birth_date_becomes_the_age_at_the_time_of_the_row(name):
    cells = ["1986-06-15", "1986-06-16", "1986-06-15", None]
    times = [datetime(2026, 6, day, tzinfo=UTC) for day in (15, 15, 14, 15)]
    bands = ["40 and over", "under 40", "under 40", None]
    assert facet(name, Kind.DATE, cells, times) == bands


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march():
    times = [datetime(2025, 2, 28, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)]
    bands = ["under 41", "41 and over"]
    assert facet("DOB", Kind.DATE, ["1984-02-29"] * 2, times, age_from=41) == bands


def test_a_year_of_birth_becomes_the_age_of_that_year():
    assert facet("YearOfBirth", Kind.NUMBER, ["1986", "1987"]) == ["40 and over", "under 40"]


def test_another_number_or_date_is_cut_at_its_median():
    halves = ["below 2", "2 and above", "2 and above", None]
    assert facet("children", Kind.NUMBER, ["0", "2", "5", None]) == halves
    dates = ["2020-01-01", "2021-01-01", "2022-01-01"]
    found = facet("citizen_since", Kind.DATE, dates)
    assert found == ["below 2021-01-01", "2021-01-01 and above", "2021-01-01 and above"]


def test_categories_stay_as_they_are():
    cells = ["Female", "Male", None, "<b>bold</b>"]
    assert facet("Gender", Kind.CATEGORY, cells) == cells


def test_of_very_many_categories_the_rarest_are_told_together():
    cells = [str(number) for number in range(200)] * 2 + ["common"] * 5 + [None]
    found = facet("nationality", Kind.CATEGORY, cells)
    assert len(set(found) - {None}) == MOST_GROUPS
    assert found.count("common") == 5
    assert found[-1] is None
    assert found.count(OTHER_VALUES) > 200


def test_a_column_without_any_value_is_unknown_throughout():
    for kind in (Kind.NUMBER, Kind.DATE, Kind.CATEGORY):
        assert facet("since", kind, [None, None]) == [None, None]


def test_a_protected_column_that_nobody_shared_is_left_out():
    columns = (
        Column("Gender", Kind.CATEGORY, Role.PROTECTED), Column("Age", Kind.NUMBER, Role.PROTECTED)
    )  # fmt: skip
    shared = pl.DataFrame({"Gender": ["f", "m"]})
    when = pl.Series([datetime(2026, 1, 1, tzinfo=UTC)] * 2)
    found = facet_columns(shared, columns, event_time=when, protected_age_from=40)
    assert found.columns == ["Gender"]
    assert found["Gender"].to_list() == ["f", "m"]


def again(name, kind, cells, known):
    """Return the groups of one column as a former audit told them apart."""
    return facet_columns(
        pl.DataFrame({name: pl.Series(cells, dtype=pl.String)}),
        (Column(name, kind, Role.PROTECTED),),
        event_time=pl.Series("event_time", [datetime(2026, 6, 15, tzinfo=UTC)] * len(cells)),
        protected_age_from=40,
        known={name: known},
    )[name].to_list()


def test_later_rows_are_cut_where_a_former_audit_cut():
    known = ("2 and above", "below 2")
    found = again("children", Kind.NUMBER, ["1", "2", "5", "7", None], known)
    assert found == ["below 2", "2 and above", "2 and above", "2 and above", None]
    dates = again(
        "citizen_since", Kind.DATE, ["2020-12-31", "2026-01-01"],
        ("2021-01-01 and above", "below 2021-01-01"),
    )  # fmt: skip
    assert dates == ["below 2021-01-01", "2021-01-01 and above"]


def test_later_rows_have_the_categories_that_a_former_audit_told_apart():
    cells = ["a", "new", None, "b"]
    assert again("Team", Kind.CATEGORY, cells, ("a", "b")) == cells
    told = again("Team", Kind.CATEGORY, cells, ("a", OTHER_VALUES))
    assert told == ["a", OTHER_VALUES, None, OTHER_VALUES]
