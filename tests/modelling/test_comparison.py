from dataclasses import fields

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from stayline.modelling.comparison import ComparedFigure, Comparison, Scored, compare
from stayline.modelling.evaluation import evaluate

FIGURES = [field.name for field in fields(Comparison) if field.type is ComparedFigure]
SEED = 3


def rows(n, seed=0, separation=1.0):
    """Return labels and a risk that ranks them, in hundredths, so that many tie."""
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.2).astype(np.int64)
    risk = 1 / (1 + np.exp(1.6 - separation * (label + rng.normal(0, 1, n) - 0.2)))
    return label, np.round(risk, 2), rng


def compared(label, challenger, champion, person=None, seed=SEED, alert_from=0.3) -> Comparison:
    return compare(
        label,
        np.arange(len(label)) if person is None else person,
        Scored(challenger, alert_from),
        Scored(champion, alert_from),
        np.random.default_rng(seed),
        measured_on="made-up rows",
    )


def test_a_model_differs_from_itself_by_exactly_nothing():
    label, risk, _ = rows(500)
    figures = compared(label, risk, risk.copy())
    for name in FIGURES:
        difference = getattr(figures, name).difference
        assert (difference.value, difference.low, difference.high) == (0, 0, 0)


@pytest.mark.parametrize("each", [1, 3])
def test_each_side_has_the_figures_of_its_own_evaluation(each):
    label, risk, rng = rows(600)
    risks = np.stack([risk, np.clip(risk + rng.normal(0, 0.1, 600), 0, 1)])
    person = np.arange(600) // each
    figures = compared(label, risks, risk, person)
    for side, of in (("challenger", risks), ("champion", risk)):
        alone = evaluate(
            label, of, person, measured_on="", precision=0.4, alert_from=0.3,
            rng=np.random.default_rng(SEED),
        )  # fmt: skip
        for name, figure in {
            "roc_auc": alone.roc_auc,
            "recall": alone.recall_at_alert,
            "precision": alone.precision_at_alert,
            "lift": alone.lift_at_alert,
            "calibration_error": alone.calibration_error,
            "brier": alone.brier,
        }.items():
            found = getattr(getattr(figures, name), side)
            assert (found.value, found.low, found.high) == pytest.approx(
                (figure.value, figure.low, figure.high)
            )
    assert (figures.n, figures.positives) == (600, label.sum())


def test_tied_risks_count_half_as_scikit_learn_counts_them():
    label, risk, _ = rows(400)
    coarse = np.round(risk, 1)
    figures = compared(label, coarse, risk)
    assert figures.roc_auc.challenger.value == pytest.approx(roc_auc_score(label, coarse))
    assert figures.roc_auc.champion.value == pytest.approx(roc_auc_score(label, risk))


def test_swapping_the_models_turns_every_difference_round():
    label, risk, rng = rows(500)
    other = rng.permutation(risk)
    one, round_about = compared(label, risk, other), compared(label, other, risk)
    for name in FIGURES:
        first, second = getattr(one, name).difference, getattr(round_about, name).difference
        assert (first.value, first.low) == pytest.approx((-second.value, -second.high))


def test_a_difference_of_alike_models_is_known_far_better_than_either_figure():
    label, risk, rng = rows(2000)
    figures = compared(label, np.clip(risk + rng.normal(0, 0.02, 2000), 0, 1), risk).roc_auc
    width = figures.difference.high - figures.difference.low
    assert width < (figures.champion.high - figures.champion.low) / 3


def test_a_model_that_ranks_by_chance_is_surely_worse():
    label, risk, rng = rows(1500, separation=1.5)
    assert compared(label, rng.permutation(risk), risk).roc_auc.difference.high < -0.1


def test_a_model_that_alerts_nobody_has_no_recall_precision_or_lift():
    label, risk, _ = rows(300)
    figures = compared(label, np.full(300, 0.1), risk)
    for name in ("recall", "precision", "lift"):
        assert getattr(figures, name).challenger.value == 0
        assert getattr(figures, name).champion.value > 0


def test_people_with_many_rows_make_the_interval_wider():
    label, risk, _ = rows(400)
    copies = np.repeat(np.arange(400), 6)
    other = np.round(risk, 1)
    apart = compared(label[copies], risk[copies], other[copies]).roc_auc.difference
    together = compared(label[copies], risk[copies], other[copies], copies).roc_auc.difference
    assert together.high - together.low > 1.8 * (apart.high - apart.low)


def test_intervals_of_the_difference_hold_the_truth_about_as_often_as_they_say():
    label, risk, _ = rows(100_000, seed=1)
    noise = np.random.default_rng(2).normal(0, 0.1, len(label))
    other = np.clip(risk + noise, 0, 1)
    truth = roc_auc_score(label, other) - roc_auc_score(label, risk)
    held = 0
    for start in range(0, 24_000, 300):
        part = slice(start, start + 300)
        found = compared(label[part], other[part], risk[part], seed=start).roc_auc.difference
        held += found.low <= truth <= found.high
    assert 0.88 <= held / 80 < 1
