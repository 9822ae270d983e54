import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    fbeta_score,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from stayline.formats.model_quality import ModelQualityConstraints, ModelQualityStatistics
from stayline.formats.report_json import decode, encode
from stayline.modelling.evaluation import roc_auc_estimate
from stayline.modelling.model_quality import model_quality, model_quality_constraints

GUIDE_LABEL = np.array([1, 0, 0, 0])
GUIDE_RISK = np.array([0.9, 0.8, 0.7, 0.1])


def measured(label, risk, alert_from=0.5, person=None, seed=0):
    person = np.arange(len(label)) if person is None else person
    rng = np.random.default_rng(seed)
    return model_quality(label, risk, person, alert_from=alert_from, rng=rng)


def people(rows=600, seed=1):
    rng = np.random.default_rng(seed)
    risk = rng.random(rows).round(2)
    return (rng.random(rows) < risk * 0.6).astype(int), risk


def test_the_figures_are_those_of_the_developer_guides_example():
    told = msgspec.json.decode(encode(measured(GUIDE_LABEL, GUIDE_RISK)))
    metrics = told["binary_classification_metrics"]
    assert told["dataset"] == {"item_count": 4}
    assert metrics.pop("confusion_matrix") == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    assert set(metrics.pop("receiver_operating_characteristic_curve")) == {
        "false_positive_rates",
        "true_positive_rates",
    }
    assert set(metrics.pop("precision_recall_curve")) == {"precisions", "recalls"}
    assert {figure["standard_deviation"] for figure in metrics.values()} == {"NaN"}
    assert {name: figure["value"] for name, figure in metrics.items()} == pytest.approx(
        {
            "recall": 1.0,
            "precision": 0.3333333333333333,
            "accuracy": 0.5,
            "recall_best_constant_classifier": 1.0,
            "precision_best_constant_classifier": 0.25,
            "accuracy_best_constant_classifier": 0.25,
            "true_positive_rate": 1.0,
            "true_negative_rate": 0.33333333333333337,
            "false_positive_rate": 0.6666666666666666,
            "false_negative_rate": 0.0,
            "auc": 1.0,
            "f0_5": 0.3846153846153846,
            "f1": 0.5,
            "f2": 0.7142857142857143,
            "f0_5_best_constant_classifier": 0.29411764705882354,
            "f1_best_constant_classifier": 0.4,
            "f2_best_constant_classifier": 0.625,
        }
    )


@st.composite
def scored(draw):
    size = draw(st.integers(2, 60))
    label = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    label[:2] = [0, 1]
    risk = draw(st.lists(st.integers(0, 10), min_size=size, max_size=size))
    return np.array(label), np.array(risk) / 10


@given(scored(), st.integers(0, 11))
@settings(deadline=None, max_examples=60)
def test_figures_agree_with_scikit_learn_with_ties_and_when_nobody_is_flagged(rows, tenths):
    label, risk = rows
    flagged = (risk >= tenths / 10).astype(int)
    found = measured(label, risk, alert_from=tenths / 10).binary_classification_metrics
    counts = confusion_matrix(label, flagged).tolist()
    assert [list(row.values()) for row in found.confusion_matrix.values()] == counts
    assert found.auc.value == pytest.approx(roc_auc_score(label, risk))
    assert found.accuracy.value == pytest.approx(accuracy_score(label, flagged))
    assert found.recall.value == pytest.approx(recall_score(label, flagged))
    for beta, figure in ((0.5, found.f0_5), (1, found.f1), (2, found.f2)):
        assert figure.value == pytest.approx(fbeta_score(label, flagged, beta=beta))
    if flagged.any():
        assert found.precision.value == pytest.approx(precision_score(label, flagged))
    else:
        assert found.precision.value == "NaN"


@given(scored())
@settings(deadline=None, max_examples=60)
def test_the_roc_curve_goes_through_every_point_of_the_exact_one(rows):
    label, risk = rows
    curve = measured(label, risk).binary_classification_metrics
    curve = curve.receiver_operating_characteristic_curve
    x, y = curve.false_positive_rates, curve.true_positive_rates
    assert (x[0], y[0]) == (0, 0)
    assert (x[-1], y[-1]) == (1, 1)
    exact_x, exact_y, _ = roc_curve(label, risk, drop_intermediate=False)
    highest = {rate: max(exact_y[exact_x == rate]) for rate in exact_x}
    assert y[1] == pytest.approx(highest[0.0])
    assert list(y) == sorted(y)
    for rate, reached in zip(x[1:], y[1:], strict=True):
        expected = np.interp(rate, list(highest), list(highest.values()))
        assert reached == pytest.approx(expected)


def test_the_precision_curve_tells_what_each_recall_costs():
    curve = measured(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1]))
    curve = curve.binary_classification_metrics.precision_recall_curve
    told = dict(zip(curve.recalls, curve.precisions, strict=True))
    assert (told[0.0], told[0.5], told[1.0]) == pytest.approx((1, 1, 2 / 3))
    assert told[0.51] == pytest.approx(2 / 3)


def test_figures_of_repeated_runs_are_averaged_one_by_one():
    label, risk = people()
    other = np.roll(risk, 1)
    runs = [measured(label, row).binary_classification_metrics for row in (risk, other)]
    both = measured(label, np.stack([risk, other])).binary_classification_metrics
    assert both.auc.value == pytest.approx((runs[0].auc.value + runs[1].auc.value) / 2)
    assert both.f1.value == pytest.approx((runs[0].f1.value + runs[1].f1.value) / 2)
    counts = [run.confusion_matrix["1"]["1"] for run in runs]
    assert both.confusion_matrix["1"]["1"] == pytest.approx(sum(counts) / 2)


def test_standard_deviations_are_told_from_200_rows_on():
    label, risk = people()
    few = measured(label[:199], risk[:199]).binary_classification_metrics
    enough = measured(label[:200], risk[:200]).binary_classification_metrics
    assert few.recall.standard_deviation == "NaN"
    assert 0 < enough.recall.standard_deviation < 0.2


def test_standard_deviations_are_those_of_the_formula_and_of_the_intervals():
    label, risk = people(2000)
    found = measured(label, risk).binary_classification_metrics
    share = found.accuracy.value
    expected = (share * (1 - share) / 2000) ** 0.5
    assert found.accuracy.standard_deviation == pytest.approx(expected, rel=0.2)
    area = roc_auc_estimate(label, risk, np.arange(2000), np.random.default_rng(2))
    assert found.auc.standard_deviation == pytest.approx((area.high - area.low) / 3.92, rel=0.25)


def test_rows_of_few_people_are_known_less_well_than_rows_of_many():
    label, risk = (np.repeat(part, 10) for part in people(300))
    of_many = measured(label, risk).binary_classification_metrics
    of_few = measured(label, risk, person=np.arange(3000) // 10).binary_classification_metrics
    assert of_few.recall.standard_deviation > 2 * of_many.recall.standard_deviation


def test_a_threshold_lies_on_the_worse_side_of_its_figure():
    label, risk = people()
    statistics = measured(label, risk)
    held = model_quality_constraints(statistics).binary_classification_constraints
    recall = statistics.binary_classification_metrics.recall
    false = statistics.binary_classification_metrics.false_positive_rate
    assert held["recall"].comparison_operator == "LessThanThreshold"
    assert held["recall"].threshold == pytest.approx(recall.value - 2 * recall.standard_deviation)
    assert held["false_positive_rate"].comparison_operator == "GreaterThanThreshold"
    assert held["false_positive_rate"].threshold == pytest.approx(
        false.value + 2 * false.standard_deviation
    )


def test_a_figure_that_is_not_defined_gets_no_threshold():
    held = model_quality_constraints(measured(GUIDE_LABEL, GUIDE_RISK, alert_from=0.95))
    assert "precision" not in held.binary_classification_constraints
    assert held.binary_classification_constraints["recall"].threshold == 0.0


def test_both_files_read_back_and_equal_seeds_give_equal_bytes():
    label, risk = people()
    statistics = measured(label, risk)
    written = encode(statistics)
    assert written == encode(measured(label, risk))
    assert decode(written, ModelQualityStatistics, "statistics.json") == statistics
    constraints = model_quality_constraints(statistics)
    assert decode(encode(constraints), ModelQualityConstraints, "constraints.json") == constraints
    told = msgspec.json.decode(encode(constraints))["binary_classification_constraints"]["auc"]
    assert list(told) == ["threshold", "comparison_operator", "additional_properties"]
