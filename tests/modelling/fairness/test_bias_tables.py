"""The tables of a bias audit, by hand and by what must hold of any."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.compliance.bias_tables import (
    HISPANIC,
    RACES,
    BiasReading,
    BiasTablePolicy,
    BiasTables,
)
from stayline.modelling.fairness.bias_tables import INTERSECTIONAL, bias_tables

DAY = date(2027, 1, 2)
FLAGGED, NOT_FLAGGED, HELP = BiasReading


def tables(people: list[tuple[str | None, str | None, bool, bool]], **policy: object) -> BiasTables:
    """Return the tables of people: sex, race, whether flagged, whether helped."""
    frame = pl.DataFrame(
        people,
        schema={"Sex": pl.String, "RaceDesc": pl.String, "is_flagged": bool, "was_helped": bool},
        orient="row",
    )
    return bias_tables(
        frame.select("is_flagged", "was_helped"),
        frame.select("Sex", "RaceDesc"),
        BiasTablePolicy(**policy),  # type: ignore[arg-type]  # by name
        made_on=DAY,
    )


def table(found: BiasTables, number: int, reading: BiasReading):
    return next(one for one in found.tables if (one.number, one.reading) == (number, reading))


def test_rates_and_ratios_are_those_counted_by_hand():
    people = [
        *[("M", "White", True, False)] * 2, *[("M", "White", False, False)] * 2,
        *[("F", "Asian", True, True)], *[("F", "Asian", False, False)] * 3,
    ]  # fmt: skip
    found = tables(people)
    rows = {row.category: row for row in table(found, 1, FLAGGED).rows}
    assert (rows["Male"].rate, rows["Male"].ratio) == (0.5, 1.0)
    assert (rows["Female"].rate, rows["Female"].ratio) == (0.25, 0.5)
    spared = {row.category: row for row in table(found, 1, NOT_FLAGGED).rows}
    assert spared["Male"].ratio == pytest.approx(0.5 / 0.75)
    helped = {row.category: row for row in table(found, 1, HELP).rows}
    assert (helped["Female"].n, helped["Female"].rate, helped["Male"].ratio) == (1, 1.0, 0.0)


def test_the_intersection_has_all_14_rows_even_of_nobody():
    found = tables([("M", "White", True, False)])
    rows = table(found, 3, FLAGGED).rows
    assert [row.category for row in rows] == list(INTERSECTIONAL)
    assert len(rows) == 14
    nobody = next(row for row in rows if row.category == f"{HISPANIC}: Female")
    assert (nobody.n, nobody.rate, nobody.ratio) == (0, None, None)


def test_values_that_map_nowhere_and_missing_ones_count_as_unknown():
    nothing = (None, None, True, False)
    found = tables([("M", "White", True, False), ("x", "Martian", True, False), nothing])
    assert (table(found, 1, FLAGGED).n, table(found, 1, FLAGGED).unknown) == (1, 2)
    assert (table(found, 2, FLAGGED).n, table(found, 2, FLAGGED).unknown) == (1, 2)


def test_an_organisations_own_words_are_mapped_without_regard_to_case():
    found = tables([("weiblich", "Blanc", False, False)], sex={"Weiblich": "Female"},
                   race={"blanc": "White"})  # fmt: skip
    assert table(found, 1, FLAGGED).n == 1
    assert table(found, 2, FLAGGED).n == 1


def test_a_mapping_to_something_that_is_no_category_is_refused():
    with pytest.raises(ValueError, match="Caucasian"):
        BiasTablePolicy(race={"White": "Caucasian"})


def test_hispanic_people_are_so_whatever_their_race():
    policy = BiasTablePolicy()
    assert policy.race_of("White", "Yes") == HISPANIC
    assert policy.race_of("White", "no") == "White"


def test_a_category_below_2_percent_is_left_out_with_a_reason_and_keeps_its_rate():
    people = [("M", "White", True, False)] * 99 + [("F", "White", False, False)]
    row = next(row for row in table(tables(people), 1, FLAGGED).rows if row.category == "Female")
    assert (row.n, row.rate, row.ratio) == (1, 0.0, None)
    assert "1.0%" in row.excluded_because


def test_at_exactly_2_percent_a_category_is_compared():
    people = [("M", "White", True, False)] * 98 + [("F", "White", False, False)] * 2
    row = next(row for row in table(tables(people), 1, FLAGGED).rows if row.category == "Female")
    assert (row.ratio, row.excluded_because) == (0.0, "")


def test_data_without_race_say_so_in_place_of_rows():
    found = tables([("M", None, True, False)] * 3)
    assert table(found, 2, FLAGGED).rows == ()
    assert "do not tell" in table(found, 2, FLAGGED).missing
    assert table(found, 1, FLAGGED).missing == ""


def test_help_among_nobody_flagged_says_so():
    assert table(tables([("M", "White", False, False)]), 1, HELP).missing == "Nobody was flagged."


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Male", "Female", None]),
        st.sampled_from([HISPANIC, *RACES, None]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(PEOPLE)
def test_every_table_accounts_for_everybody_and_no_ratio_is_above_1(people):
    found = tables(people)
    flagged = sum(one[2] for one in people)
    for one in found.tables:
        expected = flagged if one.reading is HELP else len(people)
        assert one.n + one.unknown == expected
        assert sum(row.n for row in one.rows) == one.n
        ratios = [row.ratio for row in one.rows if row.ratio is not None]
        assert all(0 <= ratio <= 1 for ratio in ratios)
        assert not ratios or max(ratios) == 1
