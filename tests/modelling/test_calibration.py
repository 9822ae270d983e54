import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.modelling.calibration import Calibration
from stayline.modelling.calibration_fit import (
    FEWEST_POSITIVES_FOR_ISOTONIC,
    cross_fitted,
    fit_calibration,
)

KINDS = ("platt", "isotonic")


def sigmoid(margin):
    return 1 / (1 + np.exp(-margin))


def drawn(rows, truth, seed=0, rate=-1.5):
    """Return margins, and labels drawn from ``truth`` of them."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(rate, 1.5, rows)
    return margin, (rng.random(rows) < truth(margin)).astype(np.int8)


def folds_of(rows, repeats=1):
    return np.stack([np.random.default_rng(r).integers(0, 5, rows) for r in range(repeats)])


@pytest.mark.parametrize("kind", KINDS)
@given(
    seed=st.integers(0, 1000),
    margins=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20),
)
@settings(deadline=None, max_examples=20)
def test_probabilities_lie_strictly_inside_and_never_fall(kind, seed, margins):
    margin, label = drawn(60, sigmoid, seed, rate=0)
    label[:2] = (0, 1)
    fold = np.arange(60) % 2
    known = cross_fitted(margin, label, fold, kind)
    assert ((known > 0) & (known < 1)).all()
    calibration = fit_calibration(margin[None], label, fold[None]) if kind == "platt" else STEPS
    found = calibration(np.sort(margins))
    assert ((found > 0) & (found < 1)).all()
    assert (np.diff(found) >= 0).all()


STEPS = Calibration("isotonic", margins=(-2.0, 0.0, 0.5), probabilities=(0.0001, 0.25, 0.9999))


def test_isotonic_is_linear_between_its_points_and_flat_outside():
    assert STEPS(np.array([-9, -1, 0, 9])) == pytest.approx([0.0001, 0.12505, 0.25, 0.9999])


def test_platt_undoes_a_known_distortion():
    margin, label = drawn(40_000, lambda m: sigmoid(0.6 * m + 0.4))
    calibration = fit_calibration(margin[None], label, folds_of(40_000))
    assert calibration.kind == "platt"
    assert calibration.slope == pytest.approx(0.6, abs=0.04)
    assert calibration.intercept == pytest.approx(0.4, abs=0.06)


def bent(margin):
    return np.where(margin < -1.5, 0.05, 0.6)


def test_isotonic_is_chosen_where_a_sigmoid_does_not_fit():
    margin, label = drawn(8000, bent)
    assert label.sum() >= FEWEST_POSITIVES_FOR_ISOTONIC
    calibration = fit_calibration(margin[None], label, folds_of(8000))
    assert calibration.kind == "isotonic"
    assert calibration(np.array([-4.0, 1.0])) == pytest.approx([0.05, 0.6], abs=0.05)


def test_isotonic_is_never_chosen_from_few_positives():
    margin, label = drawn(1500, bent)
    assert label.sum() < FEWEST_POSITIVES_FOR_ISOTONIC
    assert fit_calibration(margin[None], label, folds_of(1500)).kind == "platt"


@pytest.mark.parametrize("kind", KINDS)
def test_cross_fitting_never_shows_a_fold_its_own_labels(kind):
    margin, label = drawn(400, sigmoid)
    fold = folds_of(400)[0]
    altered = np.where(fold == 3, 1 - label, label)
    held = fold == 3
    before, after = (cross_fitted(margin, known, fold, kind) for known in (label, altered))
    assert (before[held] == after[held]).all()
    assert (before[~held] != after[~held]).any()


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_margins_that_are_all_the_same_give_the_base_rate(rate):
    label = (np.arange(200) < 200 * rate).astype(np.int8)
    calibration = fit_calibration(np.full((1, 200), -1.0), label, folds_of(200))
    assert calibration(np.array([-1.0, 5.0])) == pytest.approx([np.clip(rate, 1e-4, 1 - 1e-4)] * 2)


def test_a_model_that_ranks_backwards_gives_everyone_the_base_rate():
    margin, label = drawn(1000, lambda m: sigmoid(-m))
    calibration = fit_calibration(margin[None], label, folds_of(1000))
    assert calibration(margin) == pytest.approx(np.full(1000, label.mean()))
