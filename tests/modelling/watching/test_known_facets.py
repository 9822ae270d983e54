"""Which group an answered row belongs to: by what was true of the person at that time."""

from dataclasses import replace

import polars as pl

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.watching.bias_baseline import BaselineMetric, BiasBaseline
from stayline.modelling.watching.known_facets import facets_at
from stayline.ports.feature_store import INSTANT
from stayline.samples.presets import named_schema
from stores import ANA, BO, HOUR, NOON

STATUS = Column("Status", Kind.CATEGORY, Role.PROTECTED)
BONUS = Column("Bonus", Kind.NUMBER, Role.PROTECTED)
SCHEMA = replace(named_schema("monthly-panel"), columns=(STATUS, BONUS))


def rows(*found, extra=()):
    return pl.DataFrame(
        list(found),
        schema={"token": pl.String, "event_time": INSTANT, **dict.fromkeys(extra, pl.String)},
        orient="row",
    )


def test_what_was_true_at_the_answer_counts_and_rows_keep_their_order():
    frame = rows((BO, NOON), (ANA, NOON + HOUR), (None, NOON), (ANA, NOON - HOUR), ("c", NOON))
    attributes = rows(
        (ANA, NOON, "Married", "1"),
        (BO, NOON + HOUR, "Married", "2"),
        (BO, NOON - HOUR, "Single", "2"),
        (ANA, NOON + 2 * HOUR, "Divorced", "1"),
        (None, NOON, "Single", "9"),
        extra=("Status", "Bonus"),
    )
    facets = facets_at(frame, attributes, SCHEMA, BiasBaseline())
    assert facets["Status"].to_list() == ["Single", "Married", None, None, None]


def test_numbers_are_cut_where_the_baseline_cut_them():
    frame = rows((ANA, NOON), (BO, NOON))
    attributes = rows((ANA, NOON, "1"), (BO, NOON, "2"), extra=("Bonus",))
    metric = {"CI": BaselineMetric(0, 0, 0)}
    bias = BiasBaseline({"Bonus": {"below 500": metric, "500 and above": metric}})
    facets = facets_at(frame, attributes, SCHEMA, bias)
    assert facets.columns == ["Bonus"]
    assert facets["Bonus"].to_list() == ["below 500", "below 500"]
