import io
from datetime import timedelta

import msgspec
import polars as pl

from stayline.domain.waivers import Waiver
from stayline.formats.frozen_inputs import (
    ATTRIBUTES,
    CHAMPION,
    FEATURES_FILE,
    TREATED_FILE,
    WAIVERS,
    WaiversInForce,
    champion_files,
    protected_files,
    waiver_files,
    workforce_files,
)
from stayline.modelling.treatment import TREATED_AT, treatments
from stayline.ports.feature_store import EVENT_TIME, TOKEN
from stayline.samples.presets import named_schema
from stores import NOON

FACTS = pl.DataFrame({TOKEN: ["a", "b"], EVENT_TIME: [NOON, NOON], "DailyRate": [1.0, 2.0]})
NOBODY = treatments([])
WAIVER = Waiver("w1", "fairness", "Gender = Female", "bo", "x" * 20, NOON, NOON.date())


def test_the_same_facts_are_the_same_files():
    schema = named_schema("monthly-panel")
    one, other = (workforce_files(schema, FACTS, FACTS.clone(), NOBODY) for _ in range(2))
    assert one == other
    assert pl.read_parquet(io.BytesIO(one[FEATURES_FILE])).equals(FACTS)


def test_another_fact_is_another_file():
    schema = named_schema("monthly-panel")
    changed = FACTS.with_columns(pl.col("DailyRate") + 1)
    one, other = (workforce_files(schema, facts, FACTS, NOBODY) for facts in (FACTS, changed))
    assert one[FEATURES_FILE] != other[FEATURES_FILE]


def test_who_was_treated_is_a_file_only_where_somebody_was():
    schema = named_schema("monthly-panel")
    treated = pl.DataFrame({TOKEN: ["a"], TREATED_AT: [NOON]})
    assert TREATED_FILE not in workforce_files(schema, FACTS, FACTS, NOBODY)
    kept = workforce_files(schema, FACTS, FACTS, treated)[TREATED_FILE]
    assert pl.read_parquet(io.BytesIO(kept)).equals(treated)


def test_without_waivers_the_day_changes_nothing():
    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    assert waiver_files((), on=today) == waiver_files((), on=tomorrow)
    assert waiver_files((WAIVER,), on=today) != waiver_files((WAIVER,), on=tomorrow)


def test_waivers_come_back_as_they_were():
    content = waiver_files((WAIVER,), on=NOON.date())[WAIVERS]
    assert msgspec.json.decode(content, type=WaiversInForce) == WaiversInForce(
        NOON.date(), (WAIVER,)
    )


def test_no_champion_is_a_file_that_says_so():
    assert champion_files(None, b"", {}) == {CHAMPION: b'{"version":null}'}


def test_protected_attributes_are_kept_to_the_letter():
    attributes = pl.DataFrame({TOKEN: ["a"], EVENT_TIME: [NOON], "Gender": ["Female"]})
    kept = pl.read_parquet(io.BytesIO(protected_files(attributes)[ATTRIBUTES]))
    assert kept.equals(attributes)
