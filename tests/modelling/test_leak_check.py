from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import polars as pl
import pytest

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.leak_check import LeakCheck, leaking_inputs
from stayline.samples.presets import named_schema
from stayline.samples.simulator import Plant
from training_frames import ibm_data, panel, stored, training_data

ROWS = 3000
RNG = np.random.default_rng(4)
LABEL = (RNG.random(ROWS) < 0.1).astype(np.int8)
PEOPLE = np.arange(1, ROWS + 1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def check(values, kind, name="Column", person=PEOPLE):
    frame = pl.DataFrame({"event_time": [NEW_YEAR] * ROWS, name: values})
    (found,) = leaking_inputs(frame, [Column(name, kind, Role.FEATURE)], LABEL, person, seed=1)
    return found


def simulated(plant, employees=800, months=24):
    """Return the training rows of a panel, HandoverScore wrongly a feature if it is there."""
    schema = named_schema("monthly-panel")
    if plant.leak:
        planted = Column("HandoverScore", Kind.NUMBER, Role.FEATURE)
        schema = replace(schema, columns=(*schema.columns, planted))
    extract, _ = panel(employees, months, seed=0, plant=plant)
    return training_data(*stored(extract, schema), schema).development, schema.model_inputs


def test_the_planted_leak_is_found_and_nothing_else_is():
    rows, columns = simulated(Plant(leak=True))
    found = leaking_inputs(rows.frame, columns, rows.label, rows.person, seed=0)
    assert [one.column for one in found] == [column.name for column in columns]
    assert [one.column for one in found if one.is_leak] == ["HandoverScore"]
    assert found[-1].precision > 5 * found[-1].base_rate


@pytest.mark.parametrize("plant", [Plant(), Plant(drift=True, disparity=True)], ids=str)
def test_a_clean_panel_has_no_leak(plant):
    rows, columns = simulated(plant)
    found = leaking_inputs(rows.frame, columns, rows.label, rows.person, seed=0)
    assert [one for one in found if one.is_leak] == []


def test_ibms_columns_are_no_leaks():
    data, schema = ibm_data(justified="Age")
    rows = data.development
    found = leaking_inputs(rows.frame, schema.model_inputs, rows.label, rows.person, seed=0)
    assert [one for one in found if one.is_leak] == []
    assert {one.base_rate for one in found} == {rows.positives / len(rows)}


def test_a_quantity_that_sorts_people_is_a_leak():
    found = check(np.where(LABEL, 5.0, 0.0) + RNG.normal(0, 1, ROWS), Kind.NUMBER)
    assert found.is_leak
    assert found.auc > 0.95


def test_a_word_that_singles_people_out_is_a_leak():
    leaving = LABEL.astype(bool) & (RNG.random(ROWS) < 0.5)
    assert check(np.where(leaving, "Offboarding", "Sales"), Kind.CATEGORY).is_leak


def test_a_date_that_follows_the_leaving_is_a_leak():
    days = np.where(LABEL, 10, 500) + RNG.integers(0, 30, ROWS)
    dates = [(NEW_YEAR - timedelta(days=int(day))).date() for day in days]
    assert check(dates, Kind.DATE).is_leak


def test_honest_values_and_values_that_never_come_back_are_none():
    assert not check(RNG.normal(0, 1, ROWS) + LABEL, Kind.NUMBER).is_leak
    assert not check([f"code {n}" for n in RNG.permutation(ROWS)], Kind.CATEGORY).is_leak


def test_a_column_that_says_nothing_is_a_coin():
    found = check(np.full(ROWS, 3.0), Kind.NUMBER)
    assert found.auc == pytest.approx(0.5, abs=0.05)
    assert found == LeakCheck("Column", found.auc, 0.0, 0.0, LABEL.mean(), is_leak=False)


def test_a_persons_own_rows_do_not_tell_on_each_other():
    """A badge number is the same on all rows of a person, and so is their outcome here."""
    person = np.arange(ROWS) // 10 + 1
    label = np.isin(person, RNG.permutation(ROWS // 10)[:40]).astype(np.int8)
    frame = pl.DataFrame({"Badge": [f"b{n}" for n in person]})
    badge = [Column("Badge", Kind.CATEGORY, Role.FEATURE)]
    together = leaking_inputs(frame, badge, label, person, seed=1)
    apart = leaking_inputs(frame, badge, label, np.arange(ROWS), seed=1)
    assert not together[0].is_leak
    assert apart[0].is_leak


def test_many_rows_are_judged_on_a_sample_of_people():
    copies = 40
    frame = pl.DataFrame({"Team": np.tile(np.where(LABEL, "Gone", "Here"), copies)})
    team = [Column("Team", Kind.CATEGORY, Role.FEATURE)]
    label = np.tile(LABEL, copies)
    (found,) = leaking_inputs(frame, team, label, np.arange(len(label)), seed=1)
    assert found.is_leak
    assert found.base_rate == pytest.approx(LABEL.mean(), abs=0.01)


def test_checks_are_plain_json():
    told = msgspec.json.decode(msgspec.json.encode([check(LABEL.astype(float), Kind.NUMBER)]))
    assert told[0]["is_leak"] is True
    assert set(told[0]) == {"column", "auc", "precision", "recall", "base_rate", "is_leak"}
