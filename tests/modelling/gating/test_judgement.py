from dataclasses import replace

import msgspec
import polars as pl

from fairness_groups import group
from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import Gate, Verdict, overall
from stayline.formats.gate_records import gate_record
from stayline.modelling.gating.judgement import judge
from stayline.modelling.leak_check import leaking_inputs
from trained import ibm_model


def judged(planted=None, **given):
    """Judge a model of real people; ``planted`` becomes one more column of the leak check."""
    trained = ibm_model()
    rows = trained.data.development
    income = trained.schema.column("MonthlyIncome")
    columns, frame = [income], rows.frame
    if planted is not None:
        frame = frame.with_columns(pl.Series("Planted", planted))
        columns.append(replace(income, name="Planted"))
    return judge(
        evaluation=trained.trial.evaluations[-1],
        comparison=None,
        groups=(group("Female"), group("Male")),
        checked_inputs=leaking_inputs(frame, columns, rows.label, rows.person, seed=0),
        violations=(),
        policy=GatePolicy(),
        **given,
    )


def test_a_model_of_real_people_passes_its_gates_which_are_plain_json():
    results = judged()
    assert overall(results) is Verdict.PASS
    assert {result.name for result in results} >= {
        Gate.QUALITY_FLOOR, Gate.QUALITY_AGAINST_CHAMPION, Gate.LEAKS, Gate.DATA_CONSTRAINTS,
    }  # fmt: skip
    assert msgspec.json.encode([gate_record(result) for result in results])


def test_a_column_that_holds_the_outcome_blocks_the_model_and_is_named():
    results = judged(planted=ibm_model().data.development.label * 7.0)
    assert [result.subject for result in results if result.blocks] == ["Planted"]
    assert overall(results) is Verdict.FAIL


def test_what_is_unknown_and_what_was_not_compared_is_passed_on():
    results = judged(unknown={"Age": 900}, n=1470, data_compared=False)
    assert [result.title for result in results if result.blocks] == ["fairness (Age)"]
    assert results[-1].reason == "There is no deployed model's data to compare with."
