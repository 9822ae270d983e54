import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    precision_recall_curve,
    roc_auc_score,
)

from stayline.modelling.evaluation import (
    Estimate,
    _Sorted,
    calibration_error,
    counts_in_words,
    evaluate,
    roc_auc,
    roc_auc_estimate,
)


@st.composite
def scored_rows(draw):
    """Return labels of both kinds, risks with many ties, and whole-number weights."""
    size = draw(st.integers(2, 60))
    label = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    label[:2] = [0, 1]
    steps = draw(st.sampled_from([3, 10, 1000]))
    risk = draw(st.lists(st.integers(1, steps - 1), min_size=size, max_size=size))
    weight = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    weight[:2] = [1, 1]
    return np.array(label), np.array(risk) / steps, np.array(weight, dtype=float)


@given(scored_rows(), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=80)
def test_figures_agree_with_scikit_learn_with_ties_and_weights(rows, asked):
    label, risk, weight = rows
    auc, average, recall, brier, skill, surprise, *_ = _Sorted(label, risk).figures(
        weight[None], asked, 0.5
    )[0]
    assert auc == pytest.approx(roc_auc_score(label, risk, sample_weight=weight))
    assert average == pytest.approx(average_precision_score(label, risk, sample_weight=weight))
    assert brier == pytest.approx(brier_score_loss(label, risk, sample_weight=weight))
    assert surprise == pytest.approx(log_loss(label, risk, sample_weight=weight))
    rate = np.average(label, weights=weight)
    base = brier_score_loss(label, np.full(len(label), rate), sample_weight=weight)
    assert skill == pytest.approx(1 - brier / base)
    precise, found, _ = precision_recall_curve(label, risk, sample_weight=weight)
    assert recall == pytest.approx(found[(precise >= asked) & (found > 0)].max(initial=0))


@given(scored_rows())
@settings(deadline=None, max_examples=50)
def test_a_weight_is_as_good_as_so_many_copies_of_the_row(rows):
    label, risk, weight = rows
    copies = np.repeat(np.arange(len(label)), weight.astype(int))
    ones = np.ones((1, len(copies)))
    weighted = _Sorted(label, risk).figures(weight[None], 0.4, 0.5)[0]
    copied = _Sorted(label[copies], risk[copies]).figures(ones, 0.4, 0.5)[0]
    whole = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]  # tenths are cut at other rows
    assert weighted[whole] == pytest.approx(copied[whole], nan_ok=True)


@given(scored_rows())
@settings(deadline=None, max_examples=50)
def test_ranking_does_not_ask_for_probabilities(rows):
    label, risk, _ = rows
    margin = 20 * risk - 40
    assert roc_auc(label, margin) == pytest.approx(roc_auc_score(label, risk))


def people(rows, seed=0):
    """Return labels and risks where the risk is the true probability."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(1, 6, rows)
    return (rng.random(rows) < risk).astype(np.int8), risk


def evaluated(label, risk, person=None, seed=0, alert_from=0.3):
    person = np.arange(len(label)) if person is None else person
    rng = np.random.default_rng(seed)
    return evaluate(
        label, risk, person, measured_on="test", precision=0.3, alert_from=alert_from, rng=rng
    )


def test_lift_is_the_rate_at_the_top_over_the_rate_of_all():
    risk = np.linspace(1, 0.001, 1000)
    label = np.zeros(1000, dtype=np.int8)
    label[:50] = 1
    label[100:150] = 1
    lift = evaluated(label, risk).lift
    assert {name: e.value for name, e in lift.items()} == pytest.approx(
        {"top 5%": 10.0, "top 10%": 5.0, "top 20%": 5.0}
    )


def test_lift_does_not_depend_on_the_order_of_rows_that_tie():
    label = np.array([1] * 100 + [0] * 900, dtype=np.int8)
    risk = np.full(1000, 0.1)
    assert evaluated(label, risk).lift["top 10%"].value == pytest.approx(1)
    assert evaluated(label[::-1], risk).lift["top 10%"].value == pytest.approx(1)


def test_the_intervals_cover_the_truth_about_as_often_as_they_say():
    truth = roc_auc(*people(200_000, seed=99))
    covered = 0
    for seed in range(40):
        estimate = evaluated(*people(400, seed), seed=seed).roc_auc
        assert estimate.low < estimate.value < estimate.high
        covered += estimate.low <= truth <= estimate.high
    assert covered >= 32  # of 40; at a true 95 % fewer than one run in 1,000 falls below


def test_intervals_widen_when_rows_are_snapshots_of_the_same_few_people():
    label, risk = people(300)
    label, risk = np.repeat(label, 8), np.repeat(risk, 8)
    alike = evaluated(label, risk, np.repeat(np.arange(300), 8)).roc_auc
    apart = evaluated(label, risk).roc_auc
    assert alike.value == apart.value
    assert alike.high - alike.low > 2 * (apart.high - apart.low)


def test_repeats_are_averaged_by_figure_and_not_by_row():
    label, risk = people(500)
    noise = np.random.default_rng(1).normal(0, 0.2, (2, 500))
    runs = np.clip(risk + noise, 0.001, 0.999)
    both = evaluated(label, runs)
    each = [evaluated(label, run).roc_auc.value for run in runs]
    assert both.roc_auc.value == pytest.approx(np.mean(each))
    assert both.roc_auc.value < roc_auc(label, runs.mean(axis=0))


def test_a_perfect_forecast_has_skill_one_and_the_base_rate_has_none():
    label, _ = people(1000)
    sure = np.where(label == 1, 1 - 1e-9, 1e-9)
    assert evaluated(label, sure).brier_skill.value == pytest.approx(1)
    assert evaluated(label, np.full(1000, label.mean())).brier_skill.value == pytest.approx(0)


def test_the_same_seed_gives_the_same_intervals():
    label, risk = people(300)
    assert evaluated(label, risk) == evaluated(label, risk)
    assert evaluated(label, risk) != evaluated(label, risk, seed=1)


def test_the_calibration_curve_holds_every_row_once_lowest_risk_first():
    label, risk = people(1234)
    curve = evaluated(label, risk).calibration_curve
    assert sum(part.count for part in curve) == 1234
    assert [part.mean_risk for part in curve] == sorted(part.mean_risk for part in curve)
    assert sum(part.count * part.rate.value for part in curve) == pytest.approx(label.sum())
    assert all(part.rate.low <= part.rate.value <= part.rate.high for part in curve)
    assert curve[-1].rate.low < curve[-1].rate.high


def test_the_alert_is_judged_at_its_own_threshold_and_not_at_the_best_one():
    label = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0] * 10, dtype=np.int8)
    risk = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05] * 10)
    figures = evaluated(label, risk, alert_from=0.6)
    assert figures.precision_at_alert.value == pytest.approx(20 / 40)
    assert figures.recall_at_alert.value == pytest.approx(20 / 30)
    assert figures.share_alerted.value == pytest.approx(0.4)
    nobody = evaluated(label, risk, alert_from=0.95)
    assert (nobody.recall_at_alert.value, nobody.share_alerted.value) == (0, 0)


def test_an_area_has_the_same_interval_alone_as_among_the_other_figures():
    label, risk = people(300)
    alone = roc_auc_estimate(label, risk, np.arange(300), np.random.default_rng(0))
    assert alone == evaluated(label, risk).roc_auc


def test_the_calibration_error_is_the_mean_gap_over_tenths():
    risk = np.linspace(0.1, 0.5, 1000)
    assert calibration_error(risk, risk) == 0
    assert calibration_error(risk, risk + 0.07) == pytest.approx(0.07)
    assert calibration_error(risk, np.where(risk < 0.3, risk + 0.1, risk - 0.1)) == pytest.approx(
        0.1
    )


def test_the_calibration_error_of_an_evaluation_is_the_same_one():
    label, risk = people(1000)
    assert evaluated(label, risk).calibration_error.value == pytest.approx(
        calibration_error(risk, label)
    )


def test_one_class_alone_has_no_roc_auc():
    assert np.isnan(roc_auc(np.zeros(10), np.linspace(0, 1, 10)))


def test_an_estimate_reads_as_a_figure_with_its_interval():
    assert str(Estimate(0.8427, 0.81, 0.8749)) == "0.843 (0.810 to 0.875)"


def test_people_are_counted_beside_their_rows():
    person = np.repeat(np.arange(40), 3)
    label = np.where(person < 30, [0, 1, 1] * 40, 0)
    found = evaluated(label, np.linspace(0.9, 0.1, 120), person=person)
    assert (found.n, found.positives) == (120, 60)
    assert (found.people, found.people_who_left) == (40, 30)


def test_rows_are_not_called_people_where_a_person_has_several():
    assert counts_in_words(6, 3, 3, 2) == "6 rows of 3 people, 3 rows before a leaving (2 people)"
    assert counts_in_words(6, 3, 6, 3) == counts_in_words(6, 3) == "6, 3 of whom left"
