import pytest

from stayline.domain.gates import Verdict
from stayline.formats.data_constraints import Check, Violation
from stayline.modelling.gating.data_gates import constraint_results, leak_results
from stayline.modelling.leak_check import LeakCheck

PAY = LeakCheck("Pay", 0.61, 0.2, 0.5, 0.16, is_leak=False)
NOTICE = LeakCheck("NoticeGiven", 0.97, 0.95, 0.9, 0.16, is_leak=True)


def test_each_input_that_tells_the_outcome_by_itself_fails_with_its_figures():
    (result,) = leak_results([PAY, NOTICE])
    assert (result.verdict, result.subject) == (Verdict.FAIL, "NoticeGiven")
    assert "ROC AUC 0.970; where it tells most, 95% left, 90% of all who did, against 16%" in (
        result.reason
    )


def test_without_a_leak_the_input_that_comes_nearest_is_named():
    (result,) = leak_results([PAY])
    assert (result.verdict, result.subject) == (Verdict.PASS, "")
    assert "'Pay' comes nearest, with a ROC AUC of 0.610" in result.reason


def test_a_check_of_nothing_is_no_pass():
    assert leak_results([])[0].verdict is Verdict.INSUFFICIENT


@pytest.mark.parametrize(
    ("check", "verdict", "blocks"),
    [
        (Check.DATA_TYPE, Verdict.FAIL, True),
        (Check.COMPLETENESS, Verdict.FAIL, True),
        (Check.CATEGORICAL_VALUES, Verdict.INSUFFICIENT, True),
        (Check.BASELINE_DRIFT, Verdict.FAIL, False),
        (Check.MISSING_COLUMN, Verdict.FAIL, False),
        (Check.EXTRA_COLUMN, Verdict.FAIL, False),
    ],
)
def test_a_broken_constraint_is_told_by_column_and_blocks_where_it_can_be_a_mistake(
    check, verdict, blocks
):
    (result,) = constraint_results([Violation("Pay", check, "A tenth is missing.")])
    assert (result.verdict, result.is_blocking, result.subject) == (verdict, blocks, "Pay")
    assert result.reason == f"{check.value}: A tenth is missing."


def test_data_that_break_nothing_pass():
    assert constraint_results([])[0].verdict is Verdict.PASS


def test_without_a_deployed_models_data_nothing_is_said_to_be_kept():
    (result,) = constraint_results([], data_compared=False)
    assert result.verdict is Verdict.PASS
    assert result.reason == "There is no deployed model's data to compare with."
