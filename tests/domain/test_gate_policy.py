from dataclasses import replace

import pytest

from stayline.domain.gate_policy import GatePolicy

REASON = "One site is being closed, which the inputs cannot show."


def test_the_default_limits_can_be_used():
    assert GatePolicy().problems() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minimum_roc_auc", 0.49),
        ("minimum_roc_auc", float("nan")),
        ("minimum_recall", 1.01),
        ("minimum_lift", 0.9),
        ("largest_calibration_error", -0.01),
        ("largest_loss", float("inf")),
        ("largest_calibration_loss", 2),
        ("largest_recall_difference", -0.1),
        ("fewest_positives", 0),
    ],
)
def test_a_limit_out_of_its_range_is_named_with_the_range(name, value):
    (problem,) = replace(GatePolicy(), **{name: value}).problems()
    assert problem.startswith(f"gates.{name} is {value}; expected ")


@pytest.mark.parametrize("reason", ["", "too short", "  spaces       do not count "])
def test_a_wider_recall_difference_needs_a_written_reason(reason):
    (problem,) = GatePolicy(largest_recall_difference=0.2, justification=reason).problems()
    assert "write why in gates.justification" in problem


def test_a_wider_recall_difference_with_a_reason_can_be_used():
    assert GatePolicy(largest_recall_difference=0.2, justification=REASON).problems() == []


def test_every_mistake_is_told_at_once():
    assert len(GatePolicy(minimum_recall=2, minimum_lift=0, fewest_positives=0).problems()) == 3
