"""Scores, actions and leavings put together, one row per person."""

from datetime import timedelta

import polars as pl
import pytest

from stayline.modelling.watching.uplift import uplift
from stayline.modelling.watching.uplift_rows import uplift_rows
from stayline.ports.feature_store import INSTANT
from stayline.samples.presets import named_schema
from stores import NOON

DAY = timedelta(days=1)


def rows_of(treated, leavings, scored=(("a", NOON), ("a", NOON + 20 * DAY), ("b", NOON))):
    frame = pl.DataFrame(
        [(token, at, 0.3, True) for token, at in scored],
        {"token": pl.String, "scored_at": INSTANT, "risk": pl.Float64, "is_ripe": pl.Boolean},
        orient="row",
    )
    actions = pl.DataFrame(treated, {"token": pl.String, "treated_at": INSTANT}, orient="row")
    left = pl.DataFrame(leavings, {"token": pl.String, "left_on": pl.Date}, orient="row")
    found = uplift_rows(frame, actions, left, named_schema("monthly-panel"))
    return {
        row["token"]: (row["treated_after_days"], row["left_after_days"])
        for row in found.iter_rows(named=True)
    }


def test_each_person_counts_once_from_the_first_score_to_the_first_action_and_leaving():
    treated = [("a", NOON + 9 * DAY), ("a", NOON + 3 * DAY)]
    assert rows_of(treated, [("b", (NOON + 40 * DAY).date())]) == {
        "a": (3.0, None),
        "b": (None, pytest.approx(39.5, abs=0.001)),
    }


def test_what_came_before_the_score_or_after_the_horizon_does_not_count():
    treated = [("a", NOON - DAY), ("a", NOON), ("b", NOON + 300 * DAY)]
    leavings = [("b", (NOON + 300 * DAY).date()), ("a", (NOON - DAY).date())]
    assert rows_of(treated, leavings) == {"a": (None, None), "b": (None, None)}


def test_no_actions_and_no_leavings_make_a_table_that_says_nothing():
    frame = pl.DataFrame(
        {"token": ["a"], "scored_at": [NOON], "risk": [0.2], "is_ripe": [True], "label": [False]}
    ).cast({"scored_at": INSTANT})
    actions = pl.DataFrame(schema={"token": pl.String, "treated_at": INSTANT})
    left = pl.DataFrame(schema={"token": pl.String, "left_on": pl.Date})
    rows = uplift_rows(frame, actions, left, named_schema("monthly-panel"))
    assert uplift(rows).difference is None
