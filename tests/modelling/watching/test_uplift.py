"""Actions against like people: nothing found where nothing is, what is there, and its doubts."""

import numpy as np
import polars as pl
import pytest

from stayline.modelling.watching.uplift import NO_PROOF, uplift


def people(
    seed: int, n: int = 2000, *, effect: float = 0.0, confounding: float = 0.0
) -> pl.DataFrame:
    """Return people of whom the riskier are treated more often.

    ``effect`` is the share of leavings an action prevents; with ``confounding``, people of long
    tenure are treated more often and leave less often than their risk says.
    """
    rng = np.random.default_rng(seed)
    risk = 0.02 + 0.7 * rng.random(n) ** 2
    tenure = rng.normal(0, 1, n)
    chance = 1 / (1 + np.exp(-(-2 + 3 * risk + confounding * tenure)))
    treated = rng.random(n) < chance
    hazard = np.clip(risk * np.exp(-confounding * tenure / 2), 0, 1) * (1 - effect * treated)
    left_after = np.where(rng.random(n) < hazard, rng.uniform(31, 180, n), np.nan)
    frame = pl.DataFrame(
        {
            "risk": risk,
            "tenure": tenure,
            "department": rng.choice(["Sales", "Lab"], n),
            "treated_after_days": np.where(treated, rng.uniform(0, 30, n), np.nan),
            "left_after_days": left_after,
            "is_ripe": True,
        }
    )
    told = frame.with_columns(pl.col("treated_after_days", "left_after_days").fill_nan(None))
    return told.with_columns(label=pl.col("left_after_days").is_not_null())


def test_without_an_effect_the_interval_covers_nought_in_about_19_of_20_seeds():
    covered, warned = 0, 0
    for seed in range(200):
        found = uplift(people(seed, 1000), covariates=["tenure"])
        assert found.difference is not None
        covered += found.difference.low <= 0 <= found.difference.high
        warned += any("not comparable" in words for words in found.warnings)
    assert 182 <= covered <= 199
    assert warned <= 20


def test_an_effect_is_found_and_told_without_claiming_a_cause():
    found = [uplift(people(seed, 4000, effect=0.5)) for seed in range(20)]
    assert sum(one.difference.low > 0 for one in found) >= 18
    told = str(found[0])
    assert told.endswith(NO_PROOF)
    assert "did" not in told.replace("did not", "")
    assert not any(word in told for word in ("cause", "effect", "because", "prevented", "thanks"))


def test_groups_that_differ_in_something_else_are_not_called_comparable():
    for seed in range(10):
        found = uplift(people(seed, confounding=0.8), covariates=["tenure"])
        (words,) = [words for words in found.warnings if "tenure" in words]
        assert words.startswith("The groups are not comparable")
        assert words in str(found)


def test_bands_of_risk_take_away_what_the_choice_by_risk_would_feign():
    rows = people(1, 20_000)
    stayed = rows["left_after_days"].is_null()
    treated = rows["treated_after_days"].is_not_null()
    naive = stayed.filter(treated).mean() - stayed.filter(~treated).mean()
    found = uplift(rows)
    assert naive < -0.05
    assert abs(found.difference.value) < 0.02


def test_who_left_before_anybody_could_act_counts_on_neither_side():
    rows = people(2)
    early = rows.head(300).with_columns(
        treated_after_days=pl.lit(None, pl.Float64),
        left_after_days=pl.lit(10.0),
        label=pl.lit(value=True),
    )
    found, plain = uplift(pl.concat([rows, early])), uplift(rows)
    assert found.gone == 300
    assert found.difference == plain.difference


def test_an_action_after_the_landmark_is_no_treatment():
    rows = people(3).with_columns(pl.col("treated_after_days") + 31)
    found = uplift(rows)
    assert (found.treated, found.difference) == (0, None)
    assert str(found).startswith("Nothing can be said")


def test_people_whose_horizon_runs_on_do_not_count():
    rows = people(4)
    found = uplift(pl.concat([rows, rows.with_columns(is_ripe=pl.lit(value=False))]))
    assert found.unripe == len(rows)
    assert found.difference == uplift(rows).difference


@pytest.mark.parametrize("treated_side", [True, False])
def test_people_of_unknown_fate_count_on_neither_side_and_are_warned_of(treated_side):
    rows = people(4)
    on_side = pl.col("treated_after_days").is_not_null() == treated_side
    hidden = on_side & (pl.int_range(pl.len()) % 3 == 0)
    partly = rows.with_columns(label=pl.when(~hidden).then("label"))
    found, without = uplift(partly), uplift(rows.filter(~hidden))
    assert found.unknown == rows.filter(hidden).height
    assert (found.difference, found.strata) == (without.difference, without.strata)
    (words,) = set(found.warnings) - set(without.warnings)
    assert (" treated people" in words, "nobody knows" in words) == (treated_side, True)


def test_a_few_people_of_unknown_fate_are_counted_without_a_warning():
    rows = people(4)
    found = uplift(rows.with_columns(label=pl.when(pl.int_range(pl.len()) % 10 > 0).then("label")))
    assert found.unknown == 200
    assert not any("nobody knows" in words for words in found.warnings)


def test_where_no_outcome_is_known_there_is_no_table():
    found = uplift(people(4).with_columns(label=pl.lit(None, pl.Boolean)))
    assert (found.strata, found.difference, found.unknown) == ((), None, 2000)
    assert "Nothing is known of what became of the people" in str(found)


def test_strata_are_counted_each_with_its_interval_or_none_where_too_few():
    found = uplift(people(5, 400), strata="department")
    assert {s.name.partition(", ")[2] for s in found.strata} == {"Sales", "Lab"}
    assert sum(s.treated for s in found.strata) == found.treated
    assert any(s.difference for s in found.strata)
    for stratum in found.strata:
        assert (stratum.difference is None) == (min(stratum.treated, stratum.untreated) < 10)
        if stratum.difference:
            share = stratum.treated_stayed / stratum.treated
            other = stratum.untreated_stayed / stratum.untreated
            assert stratum.difference.value == pytest.approx(share - other)


def test_treated_people_without_comparable_others_are_counted_and_warned_of():
    rows = people(6)
    is_top = pl.col("risk") > 0.4
    alone = rows.with_columns(
        pl.when(is_top).then(5.0).otherwise("treated_after_days").alias("treated_after_days")
    )
    found = uplift(alone)
    assert found.alone > 0
    assert any("nobody comparable" in words for words in found.warnings)


@pytest.mark.parametrize("n", [0, 1, 12])
def test_too_few_people_give_a_warning_and_no_difference(n):
    found = uplift(people(7, 50).head(n), covariates=["tenure"])
    assert found.difference is None
    assert any("Too few to compare" in words for words in found.warnings)
