import numpy as np
import polars as pl
import pytest

from stayline.domain.workforce_schema import LabelColumn
from stayline.modelling.column_knowledge import knowledge
from stayline.modelling.inspection.outcomes import timeline
from stayline.modelling.inspection.readings import read_columns
from stayline.modelling.inspection.roles import Roles
from stayline.modelling.leakage import leaks

ROWS = 3000
RNG = np.random.default_rng(11)
LEFT = RNG.random(ROWS) < 0.15


def leaking(**columns):
    frame = pl.DataFrame(
        {"Id": np.arange(ROWS), "Left": np.where(LEFT, "Yes", "No"), **columns}
    ).cast(pl.String)
    roles = Roles("Id", None, LabelColumn("Left", ("Yes",)), None, None)
    readings = read_columns(frame, {})
    found = leaks(readings, roles, timeline(readings, roles), identities=frozenset({"Id"}), seed=1)
    return {finding.column: finding for finding in found}


def test_knowledge_of_a_coin_is_half():
    told = knowledge(RNG.integers(0, 5, ROWS), RNG.integers(0, 5, ROWS), LEFT)
    assert abs(told.auc - 0.5) < 0.05
    assert told.recall == 0


def test_the_area_agrees_with_its_definition():
    codes, fold = RNG.integers(0, 3, 200), np.arange(200) % 5
    left = RNG.random(200) < 0.2 + 0.2 * codes
    rate = {
        (f, c): (left[(fold != f) & (codes == c)].sum() + 10 * left.mean())
        / (((fold != f) & (codes == c)).sum() + 10)
        for f in range(5)
        for c in range(3)
    }
    score = np.array([rate[key] for key in zip(fold, codes, strict=True)])
    above = score[left][:, None] - score[~left][None, :]
    expected = ((above > 1e-12) + 0.5 * (abs(above) <= 1e-12)).mean()
    assert knowledge(codes, fold, left).auc == pytest.approx(expected)


def test_an_honest_strong_column_is_no_leak():
    risk = np.round(LEFT * 1.2 + RNG.normal(0, 1, ROWS), 3)
    assert leaking(risk=risk) == {}


def test_a_column_that_is_not_monotone_in_the_outcome_is_still_a_leak():
    distance = np.where(LEFT, 0, RNG.choice([-1, 1], ROWS)) * 10 + RNG.normal(0, 1, ROWS)
    assert set(leaking(distance=distance.round(3))) == {"distance"}


def test_a_few_values_that_name_people_who_leave_are_a_leak():
    desk = np.where(LEFT & (RNG.random(ROWS) < 0.5), "Offboarding", RNG.choice(["A", "B"], ROWS))
    finding = leaking(desk=desk)["desk"]
    assert "ROC AUC" not in finding.message
    assert finding.severity == "error"


def test_an_age_of_retirement_in_a_quantity_is_no_leak():
    age = np.where(LEFT & (RNG.random(ROWS) < 0.4), 65, RNG.integers(20, 65, ROWS))
    assert leaking(seniority=age) == {}


@pytest.mark.parametrize("people", [10, 4000])
def test_values_that_never_come_back_teach_nothing(people):
    names = [f"n{n}" for n in RNG.permutation(people * 10)[:ROWS]] if people > ROWS else None
    codes = names or [f"team{n % people}" for n in range(ROWS)]
    assert leaking(code=codes) == {}
