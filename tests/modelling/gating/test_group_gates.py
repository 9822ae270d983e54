from dataclasses import replace

import pytest

from fairness_groups import NEAR, group
from stayline.domain.gate_policy import FourFifths, GatePolicy
from stayline.domain.gates import Gate, Verdict
from stayline.modelling.evaluation import Estimate
from stayline.modelling.gating.group_gates import group_results

POLICY = GatePolicy()


def mirrored(estimate):
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


def two(recall=NEAR, **given):
    return [group("Male", recall=mirrored(recall)), group("Female", recall=recall, **given)]


def of(results, gate):
    return [result for result in results if result.name is gate]


@pytest.mark.parametrize(
    ("difference", "verdict", "words"),
    [
        (Estimate(0.02, -0.03, 0.07), Verdict.PASS, "beyond the limit is excluded"),
        (Estimate(0.02, -0.09, 0.13), Verdict.PASS, "beyond the limit is not excluded"),
        (Estimate(0.12, 0.05, 0.19), Verdict.INSUFFICIENT, "that is not settled"),
        (Estimate(-0.12, -0.19, -0.05), Verdict.INSUFFICIENT, "that is not settled"),
        (Estimate(0.20, 0.11, 0.29), Verdict.FAIL, "whole interval is beyond the limit"),
        (Estimate(-0.20, -0.29, -0.11), Verdict.FAIL, "whole interval is beyond the limit"),
    ],
)
def test_a_recall_difference_fails_only_when_its_nearer_end_is_beyond_the_limit(
    difference, verdict, words
):
    (result,) = of(group_results(two(difference), POLICY), Gate.FAIRNESS)
    assert result.verdict is verdict
    assert words in result.reason


def test_of_two_groups_the_smaller_speaks_for_both():
    (result,) = of(group_results(two(positives=60), POLICY), Gate.FAIRNESS)
    assert result.subject == "Gender = Female"
    assert result.figures["value"] == NEAR.value
    assert "500 rows of 500 people, 60 of whom left (of everybody else 80)" in result.reason


def test_of_three_groups_each_is_judged_by_everybody_else():
    three = [group(name, facet="Status") for name in ("Single", "Married", "Divorced")]
    subjects = [result.subject for result in of(group_results(three, POLICY), Gate.FAIRNESS)]
    assert subjects == ["Status = Divorced", "Status = Married", "Status = Single"]


def test_a_group_of_too_few_who_left_is_not_judged_and_that_is_told_once():
    worst = Estimate(-0.9, -1, -0.8)
    results = group_results(two(worst, positives=29), POLICY)
    (told,) = of(results, Gate.ENOUGH_POSITIVES)
    assert (told.verdict, told.subject) == (Verdict.INSUFFICIENT, "Gender = Female")
    assert (
        "29 of 500 people of this group left, 80 of everybody else; 30 on each side" in told.reason
    )
    assert of(results, Gate.FAIRNESS) == []


def test_a_large_group_beside_small_ones_has_too_few_to_compare_with():
    three = [group("A", positives=100), group("B", positives=10), group("C", positives=12)]
    told = of(group_results(three, POLICY), Gate.ENOUGH_POSITIVES)
    assert [result.subject for result in told] == ["Gender = A", "Gender = B", "Gender = C"]
    assert "100 of 500 people of this group left, 22 of everybody else" in told[0].reason


def test_a_difference_that_is_not_defined_is_not_judged():
    unknown = [two()[0], group("X", recall=None, positives=40)]
    (told,) = of(group_results(unknown, POLICY), Gate.ENOUGH_POSITIVES)
    assert told.verdict is Verdict.INSUFFICIENT


def test_enough_of_every_group_is_said_once():
    (told,) = of(group_results(two(), POLICY), Gate.ENOUGH_POSITIVES)
    assert (told.verdict, told.subject) == (Verdict.PASS, "")


def test_a_facet_of_one_group_has_nobody_to_compare_with():
    (result,) = group_results([group("Female"), group("Male", n=0, positives=0)], POLICY)
    assert (result.verdict, result.subject) == (Verdict.PASS, "Gender")
    assert "nobody to compare with" in result.reason


def test_without_known_attributes_no_groups_were_compared():
    (result,) = group_results([], POLICY)
    assert (result.verdict, result.subject) == (Verdict.INSUFFICIENT, "protected attributes")
    assert "No protected attribute is known" in result.reason


def test_a_facet_that_is_mostly_unknown_is_too_little_evidence():
    results = group_results(two(), POLICY, {"Gender": 0, "Age": 1001}, 2000)
    told = of(results, Gate.FAIRNESS)[-1]
    assert (told.verdict, told.subject) == (Verdict.INSUFFICIENT, "Age")
    assert told.reason.startswith("1,001 of 2,000 rows have no known Age")
    assert told.blocks


def test_half_the_groups_known_is_enough():
    assert group_results(two(), POLICY, {"Gender": 1000}, 2000) == group_results(two(), POLICY)


def test_one_known_group_among_mostly_unknown_rows_is_no_pass():
    (told,) = group_results([group("Female")], POLICY, {"Gender": 1500}, 2000)
    assert (told.verdict, told.subject) == (Verdict.INSUFFICIENT, "Gender")


def test_a_wider_limit_prints_its_written_reason():
    reason = "One site is being closed, which the inputs cannot show."
    policy = replace(POLICY, largest_recall_difference=0.25, justification=reason)
    (result,) = of(group_results(two(Estimate(0.2, 0.11, 0.29)), policy), Gate.FAIRNESS)
    assert result.verdict is Verdict.PASS
    assert f"at most 0.25 either way is allowed, because: {reason}" in result.reason


LOW = {"flagged": 20, "selection_rate": Estimate(-0.06, -0.09, -0.03)}


@pytest.mark.parametrize("blocks", [False, True])
def test_selecting_a_group_less_than_four_fifths_as_often_warns_unless_it_is_to_block(blocks):
    policy = replace(POLICY, four_fifths=FourFifths.BLOCK if blocks else FourFifths.WARN)
    (result,) = of(group_results(two(**LOW), policy), Gate.FOUR_FIFTHS)
    assert (result.verdict, result.is_blocking) == (Verdict.FAIL, blocks)
    assert result.subject == "Gender = Female"
    assert "20 of 500 are selected, 0.40 times as often as of 'Male' (50 of 500)" in result.reason


def test_a_low_ratio_that_may_be_chance_is_no_failure():
    given = {"flagged": 39, "selection_rate": Estimate(-0.02, -0.05, 0.01)}
    (result,) = of(group_results(two(**given), POLICY), Gate.FOUR_FIFTHS)
    assert result.verdict is Verdict.INSUFFICIENT


def test_exactly_four_fifths_is_enough():
    (result,) = of(group_results(two(flagged=40), POLICY), Gate.FOUR_FIFTHS)
    assert (result.verdict, result.subject) == (Verdict.PASS, "Gender")
    assert result.figures["value"] == pytest.approx(0.8)


def test_a_tiny_group_is_left_out_of_the_four_fifths_rule_and_that_is_said():
    tiny = group("X", n=10, positives=0, flagged=0)
    (result,) = of(group_results([*two(), tiny], POLICY), Gate.FOUR_FIFTHS)
    assert result.verdict is Verdict.PASS
    assert "1 of less than 2% were left out" in result.reason


def test_where_nobody_is_selected_there_is_no_ratio():
    nobody = [replace(one, flagged=0) for one in two()]
    (result,) = of(group_results(nobody, POLICY), Gate.FOUR_FIFTHS)
    assert result.verdict is Verdict.PASS


def test_rows_of_people_who_have_several_are_not_called_people():
    several = [replace(one, people=50, people_who_left=40) for one in two(**LOW)]
    (result,) = of(group_results(several, POLICY), Gate.FOUR_FIFTHS)
    assert "20 of 500 rows are selected, 0.40 times as often as of 'Male' (50 of 500 rows)" in (
        result.reason
    )
