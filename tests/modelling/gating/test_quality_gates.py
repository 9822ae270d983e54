from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import Gate, Verdict
from stayline.modelling.comparison import ComparedFigure, Scored, compare
from stayline.modelling.evaluation import Estimate, Evaluation, evaluate
from stayline.modelling.gating.quality_gates import (
    calibration_error_by_chance,
    champion_results,
    floor_results,
)

POLICY = GatePolicy()
N = 1500


def perfect(n=N, seed=0):
    """Return labels drawn from the very risks that are said."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(1, 5, n)
    return (rng.random(n) < risk).astype(np.int64), risk, rng


@cache
def evaluation(n=N, seed=0, shift=0.0, alert_from=0.3) -> Evaluation:
    label, risk, rng = perfect(n, seed)
    return evaluate(
        label, np.clip(risk + shift, 0, 1), np.arange(n), measured_on="out-of-fold",
        precision=0.4, alert_from=alert_from, rng=rng,
    )  # fmt: skip


def verdicts(results):
    return {result.subject: result.verdict for result in results}


def judged(subject, policy=POLICY, **figures):
    results = floor_results(replace(evaluation(), **figures), policy)
    return next(result for result in results if result.subject == subject)


def test_a_good_model_passes_every_floor_and_the_reason_tells_n_and_interval():
    results = floor_results(evaluation(), POLICY)
    assert set(verdicts(results).values()) == {Verdict.PASS}
    figure = evaluation().roc_auc
    assert results[0].reason.startswith(f"{figure}, measured out-of-fold, n = 1,500, ")
    assert results[0].figures["value"] == figure.value


@pytest.mark.parametrize(
    ("estimate", "verdict"),
    [
        (Estimate(0.65, 0.61, 0.69), Verdict.PASS),
        (Estimate(0.65, 0.55, 0.75), Verdict.PASS),
        (Estimate(0.60, 0.55, 0.65), Verdict.PASS),
        (Estimate(0.58, 0.55, 0.61), Verdict.INSUFFICIENT),
        (Estimate(0.55, 0.52, 0.59), Verdict.FAIL),
        (Estimate(float("nan"), float("nan"), float("nan")), Verdict.INSUFFICIENT),
    ],
)
def test_a_floor_fails_only_when_the_whole_interval_is_below(estimate, verdict):
    result = judged("ROC AUC", roc_auc=estimate)
    assert result.verdict is verdict
    assert ("not excluded" in result.reason) == (verdict is Verdict.PASS and estimate.low < 0.6)


def test_recall_and_lift_have_floors_too():
    low = Estimate(0.1, 0.05, 0.14)
    assert judged("recall at the alert threshold", recall_at_alert=low).verdict is Verdict.FAIL
    one = Estimate(1.2, 1.0, 1.6)
    lift = judged("lift at the alert threshold", lift_at_alert=one)
    assert lift.verdict is Verdict.INSUFFICIENT


def test_where_few_left_nothing_fails():
    worst = Estimate(0.5, 0.5, 0.5)
    assert judged("ROC AUC", roc_auc=worst).verdict is Verdict.FAIL
    few = judged("ROC AUC", roc_auc=worst, positives=POLICY.fewest_positives - 1)
    assert few.verdict is Verdict.INSUFFICIENT


def test_a_model_that_alerts_nobody_fails():
    results = verdicts(floor_results(evaluation(alert_from=2.0), POLICY))
    assert results["recall at the alert threshold"] is Verdict.FAIL


def test_probabilities_that_are_far_off_fail():
    result = verdicts(floor_results(evaluation(shift=0.12), POLICY))
    assert result["calibration error"] is Verdict.FAIL


@pytest.mark.parametrize("n", [150, 400])
def test_perfect_probabilities_never_fail_however_few_rows_there_are(n):
    for seed in range(25):
        figures = replace(evaluation(n, seed), positives=POLICY.fewest_positives)
        assert verdicts(floor_results(figures, POLICY))["calibration error"] is not Verdict.FAIL


def test_what_chance_adds_to_a_calibration_error_is_about_what_perfect_models_show():
    shown = [evaluation(400, seed) for seed in range(25)]
    by_chance = np.mean([calibration_error_by_chance(one) for one in shown])
    assert by_chance == pytest.approx(
        np.mean([one.calibration_error.value for one in shown]), rel=0.1
    )


def test_without_a_deployed_model_there_is_nothing_to_lose():
    (result,) = champion_results(None, POLICY)
    assert (result.verdict, result.name) == (Verdict.PASS, Gate.QUALITY_AGAINST_CHAMPION)
    assert "no deployed model" in result.reason


def compared(risk_of=lambda risk, rng: risk):
    label, risk, rng = perfect()
    return compare(
        label, np.arange(N), Scored(risk_of(risk, rng), 0.3), Scored(risk, 0.3), rng,
        measured_on="later time",
    )  # fmt: skip


def test_an_equal_model_passes_against_the_deployed_one():
    results = champion_results(compared(), POLICY)
    assert set(verdicts(results).values()) == {Verdict.PASS}
    assert "a difference of +0.000 (+0.000 to +0.000), measured later time" in results[0].reason


def test_a_model_that_is_clearly_worse_fails_against_the_deployed_one():
    results = verdicts(champion_results(compared(lambda risk, rng: rng.permutation(risk)), POLICY))
    assert results["ROC AUC"] is Verdict.FAIL
    assert results["precision at the alert threshold"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Estimate(0.02, -0.08, 0.12), Verdict.PASS),
        (Estimate(-0.05, -0.12, 0.02), Verdict.PASS),
        (Estimate(-0.06, -0.12, 0.01), Verdict.INSUFFICIENT),
        (Estimate(-0.06, -0.09, -0.01), Verdict.FAIL),
        (Estimate(-0.20, -0.25, -0.15), Verdict.FAIL),
        (Estimate(0.0, 0.0, 0.0), Verdict.PASS),
        (Estimate(float("nan"), float("nan"), float("nan")), Verdict.INSUFFICIENT),
    ],
)
def test_a_loss_beyond_what_is_allowed_fails_only_when_the_model_is_surely_worse(
    difference, verdict
):
    side = Estimate(0.7, 0.6, 0.8)
    figures = replace(compared(), recall=ComparedFigure(side, side, difference))
    result = champion_results(figures, POLICY)[1]
    assert result.verdict is verdict
    is_open = verdict is Verdict.PASS and difference.low < -0.05
    assert ("not excluded" in result.reason) == is_open


def test_a_sure_loss_within_what_is_allowed_is_a_warning_and_no_plain_pass():
    side = Estimate(0.7, 0.6, 0.8)
    figure = ComparedFigure(side, side, Estimate(-0.03, -0.04, -0.02))
    result = champion_results(replace(compared(), recall=figure), POLICY)[1]
    assert (result.verdict, result.is_blocking, result.blocks) == (Verdict.FAIL, False, False)
    assert result.reason.endswith("Surely worse, within what is allowed.")


def test_a_sure_loss_beyond_what_is_allowed_blocks():
    side = Estimate(0.7, 0.6, 0.8)
    figure = ComparedFigure(side, side, Estimate(-0.08, -0.10, -0.06))
    assert champion_results(replace(compared(), recall=figure), POLICY)[1].blocks


def test_rows_of_people_who_have_several_are_told_as_rows():
    figures = {"people": 300, "people_who_left": 40}
    floor = judged("ROC AUC", **figures).reason
    against = champion_results(replace(compared(), **figures), POLICY)[0].reason
    for reason, n in ((floor, evaluation().positives), (against, compared().positives)):
        assert f"n = 1,500 rows of 300 people, {n:,} rows before a leaving (40 people);" in reason


def test_a_calibration_error_is_worse_when_it_rises():
    side = Estimate(0.03, 0.02, 0.05)
    risen = ComparedFigure(side, side, Estimate(0.04, 0.03, 0.05))
    fallen = ComparedFigure(side, side, Estimate(-0.04, -0.05, -0.03))
    for figure, verdict in ((risen, Verdict.FAIL), (fallen, Verdict.PASS)):
        results = champion_results(replace(compared(), calibration_error=figure), POLICY)
        assert results[-1].verdict is verdict
