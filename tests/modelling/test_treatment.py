"""Who was treated between snapshot and label, and what training then learns from."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.treated_people import TreatedPolicy
from stayline.errors import TrainingRefused
from stayline.modelling.calibration_fit import fit_calibration
from stayline.modelling.dataset import labelled_rows, training_set
from stayline.modelling.treatment import (
    IS_TREATED,
    TREATED_AT,
    learned_from,
    treatments,
    with_treatment,
)
from stayline.ports.feature_store import EVENT_TIME, INSTANT, LABEL, TOKEN
from stayline.samples.presets import named_schema
from stores import ANA, BO, NOON
from training_frames import panel, stored

PANEL = named_schema("monthly-panel")
DAY = timedelta(days=1)


def decided(action: ActionKind, token=ANA, at=NOON) -> Decision:
    return Decision(f"{action}-{token}", token, action, "Asked for other shifts", "lee", at)


def marks(times: list[datetime], treated_at: list[datetime], schema=PANEL, token=ANA) -> list[bool]:
    rows = pl.DataFrame({TOKEN: [ANA] * len(times), EVENT_TIME: times}).cast(
        {TOKEN: pl.String, EVENT_TIME: INSTANT}
    )
    treated = pl.DataFrame({TOKEN: [token] * len(treated_at), TREATED_AT: treated_at})
    treated = treated.cast({TOKEN: pl.String, TREATED_AT: INSTANT})
    return with_treatment(rows, treated, schema)[IS_TREATED].to_list()


def test_every_action_but_none_and_a_dispute_is_a_treatment():
    for action in ActionKind:
        expected = action not in (ActionKind.NO_ACTION, ActionKind.SCORE_DISPUTED)
        assert treatments([decided(action)]).height == expected
    both = treatments(
        [decided(ActionKind.MENTORING, BO, NOON + DAY), decided(ActionKind.MENTORING)]
    )
    assert both.rows() == [(ANA, NOON), (BO, NOON + DAY)]


def test_only_an_action_after_the_snapshot_and_within_the_horizon_marks_it():
    end = NOON.replace(month=NOON.month + 6)
    for treated_at, expected in (
        (NOON - DAY, False), (NOON, False), (NOON + DAY, True), (end, True), (end + DAY, False),
    ):  # fmt: skip
        assert marks([NOON], [treated_at]) == [expected]


def test_an_action_marks_every_snapshot_whose_horizon_it_falls_in_and_nobody_elses():
    times = [NOON - 300 * DAY, NOON - 100 * DAY, NOON - 10 * DAY, NOON + DAY]
    assert marks(times, [NOON, NOON]) == [False, True, True, False]
    assert marks(times, [NOON], token=BO) == [False] * 4
    assert marks(times, []) == [False] * 4


def test_a_row_of_a_cross_section_is_marked_by_an_action_up_to_its_day():
    ibm = named_schema("ibm-hr")
    assert marks([NOON], [NOON - 200 * DAY], ibm) == [True]
    assert marks([NOON], [NOON + DAY], ibm) == [False]


@given(st.lists(st.integers(-400, 400), max_size=6), st.lists(st.integers(-400, 400), max_size=6))
@settings(deadline=None, max_examples=50)
def test_marking_keeps_every_row_in_its_place(snapshots, actions):
    times, given_at = ([NOON + day * DAY for day in days] for days in (snapshots, actions))
    for at, mark in zip(times, marks(times, given_at), strict=True):
        after = [one - at for one in given_at if one > at]
        nearest = min(after, default=400 * DAY)
        assert mark or nearest > 180 * DAY  # six months are 181 to 184 days
        assert not mark or nearest < 185 * DAY


def labelled(people=400, treated_share=0.3) -> pl.DataFrame:
    """Return labelled snapshots, of which those with long hours were treated more often."""
    extract, _ = panel(people, 12, seed=2)
    rows = labelled_rows(*stored(extract, PANEL), PANEL)
    rng = np.random.default_rng(0)
    chance = np.where(rows["OverTime"] == "Yes", 2 * treated_share, treated_share / 2)
    return rows.with_columns(pl.Series(IS_TREATED, rng.random(len(rows)) < chance))


def learn(rows: pl.DataFrame, policy: TreatedPolicy):
    return learned_from(rows, replace(PANEL, treated=policy))


def test_kept_people_are_learned_from_as_everybody_and_counted():
    rows = labelled()
    kept, account = learn(rows, TreatedPolicy.KEEP)
    treated = rows.filter(IS_TREATED)
    assert kept.equals(rows.drop(IS_TREATED))
    assert (account.rows, account.left) == (len(treated), treated[LABEL].sum())
    assert account.people == treated["person"].n_unique()


def test_excluded_people_are_left_out_and_counted():
    rows = labelled()
    kept, account = learn(rows, TreatedPolicy.EXCLUDE)
    assert kept.equals(rows.filter(~pl.col(IS_TREATED)).drop(IS_TREATED))
    assert account.rows == rows[IS_TREATED].sum()


def test_reweighed_untreated_people_look_like_everybody_again():
    rows = labelled()
    kept, account = learn(rows, TreatedPolicy.REWEIGH)
    data = training_set(kept, PANEL)
    works_long = (kept["OverTime"] == "Yes").to_numpy()
    everybody = (rows["OverTime"] == "Yes").mean()
    assert works_long.mean() < everybody - 0.05
    assert np.average(works_long, weights=data.weight) == pytest.approx(everybody, abs=0.01)
    assert 1 <= data.weight.min() <= data.weight.max() <= 10
    assert 0 < account.counts_as < len(kept)
    half = data.take(np.arange(len(kept)) % 2 == 0)
    assert (half.weight == data.weight[::2]).all()


def test_who_was_treated_is_no_input_under_any_policy():
    for policy in TreatedPolicy:
        kept, _ = learn(labelled(), policy)
        assert IS_TREATED not in kept.columns
        inputs = set(training_set(kept, PANEL).frame.columns)
        assert inputs == {EVENT_TIME, *(column.name for column in PANEL.model_inputs)}


def test_too_few_treated_people_to_weigh_by_are_refused_with_a_way_out():
    rows = labelled().with_columns((pl.col("person") <= 20).alias(IS_TREATED))
    with pytest.raises(TrainingRefused, match="'keep' or 'exclude'"):
        learn(rows, TreatedPolicy.REWEIGH)


def test_too_little_left_to_learn_from_is_refused():
    rows = labelled().with_columns((pl.col(LABEL) == 1).alias(IS_TREATED))
    with pytest.raises(TrainingRefused, match="0 left"):
        learn(rows, TreatedPolicy.EXCLUDE)


def test_a_calibration_counts_a_row_as_often_as_it_weighs():
    rng = np.random.default_rng(1)
    margin = rng.normal(-1, 1, 800)
    label = (rng.random(800) < 1 / (1 + np.exp(-margin))).astype(int)
    weight = rng.integers(1, 4, 800)
    fold = np.arange(800) % 5
    weighed = fit_calibration(margin[None], label, fold[None], weight.astype(float))
    repeated = fit_calibration(
        *(np.repeat(one, weight)[None] for one in (margin,)), np.repeat(label, weight),
        np.repeat(fold, weight)[None],
    )  # fmt: skip
    assert weighed.slope == pytest.approx(repeated.slope, rel=1e-3)
    assert weighed.intercept == pytest.approx(repeated.intercept, rel=1e-3)
