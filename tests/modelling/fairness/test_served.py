import numpy as np
import polars as pl
import pytest
from scipy.stats import fisher_exact

from stayline.domain.compliance.areas.fairness_records import NOT_FLAGGED
from stayline.modelling.fairness.impact_ratios import Reading
from stayline.modelling.fairness.served import RACE, SEX, group_ratios, help_ratios

N = 400


@pytest.fixture
def people() -> pl.DataFrame:
    rng = np.random.default_rng(4)
    return pl.DataFrame(
        {
            "risk": rng.random(N),
            "is_flagged": rng.random(N) < 0.3,
            "was_helped": rng.random(N) < 0.5,
            "left": [None] * 200 + [True, False] * 100,
        },
        schema_overrides={"left": pl.Boolean},
    )


@pytest.fixture
def facets() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Gender": ["f", "m", "f", "m"] * 99 + [None] * 4,
            "RaceDesc": ["a"] * 200 + ["b"] * 200,
            "MaritalStatus": ["x"] * N,
        }
    )


def test_the_readings_are_those_the_controls_ask_for() -> None:
    assert Reading.NOT_FLAGGED.value == NOT_FLAGGED


def test_ratios_are_of_sex_race_and_both_crossed(
    people: pl.DataFrame, facets: pl.DataFrame
) -> None:
    ratios, unknown = group_ratios(people, facets)
    assert {one.facet for one in ratios} == {SEX, RACE, f"{SEX} x {RACE}"}
    assert {(one.facet, one.unknown) for one in unknown} == {(SEX, 4), (RACE, 0)}


def test_a_ratio_is_the_rate_over_the_best_rate_with_an_exact_test(
    people: pl.DataFrame, facets: pl.DataFrame
) -> None:
    ratios, _ = group_ratios(people, facets)
    of_race = [one for one in ratios if (one.facet, one.reading) == (RACE, NOT_FLAGGED)]
    chosen = ~people["is_flagged"]
    counts = [int(chosen[:200].sum()), int(chosen[200:].sum())]
    low, high = sorted(counts)
    worse = min(of_race, key=lambda one: one.ratio or 0)
    assert worse.ratio == pytest.approx(low / high)
    table = [[low, 200 - low], [high, 200 - high]]
    assert worse.p_value == pytest.approx(fisher_exact(table).pvalue)


def test_the_share_that_left_stands_beside_each_group(
    people: pl.DataFrame, facets: pl.DataFrame
) -> None:
    ratios, _ = group_ratios(people, facets)
    shares = {one.category: one.left_share for one in ratios if one.facet == RACE}
    assert shares == {"a": None, "b": 0.5}


def test_help_is_told_of_flagged_people_only(people: pl.DataFrame, facets: pl.DataFrame) -> None:
    ratios = help_ratios(people, facets)
    n = sum(one.n for one in ratios if one.facet == RACE)
    assert n == people["is_flagged"].sum()
    assert help_ratios(people.with_columns(is_flagged=pl.lit(False)), facets) == ()
