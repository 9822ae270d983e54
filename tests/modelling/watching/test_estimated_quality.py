"""Quality without labels: right on average, honest about its error, silent when it cannot tell."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.modelling.evaluation import roc_auc
from stayline.modelling.watching.estimated_quality import EstimatedQuality, estimated_quality

NANNYML = json.loads(Path(__file__).with_name("nannyml_estimates.json").read_text("utf-8"))
FIGURES = ("auc", "recall", "precision", "share_left")


def estimated(risk, person=None, alert_from=0.4, seed=0) -> EstimatedQuality:
    person = np.arange(len(risk)) if person is None else person
    return estimated_quality(risk, person, alert_from=alert_from, rng=np.random.default_rng(seed))


def risks(rng, rows):
    return 0.9 * rng.random(rows) ** 4


def realised(left, risk, alert_from=0.4):
    flagged = risk >= alert_from
    found = (left & flagged).sum()
    return {
        "auc": roc_auc(left.astype(int), risk),
        "recall": found / left.sum(),
        "precision": found / flagged.sum(),
        "share_left": left.mean(),
    }


def share_inside(windows, rows, rows_each=1, drawn_from=lambda risk: risk):
    """Return, per figure, the share of windows whose realised value lies in the band."""
    inside = dict.fromkeys(FIGURES, 0)
    for seed in range(windows):
        rng = np.random.default_rng(seed)
        risk = np.repeat(risks(rng, rows // rows_each), rows_each)
        left = np.repeat(rng.random(rows // rows_each), rows_each) < drawn_from(risk)
        found = estimated(risk, np.arange(rows) // rows_each, seed=seed).figures
        for name, value in realised(left, risk).items():
            inside[name] += found[name].low <= value <= found[name].high
    return {name: count / windows for name, count in inside.items()}


@pytest.mark.parametrize("rows", [200, 1000])
def test_at_least_nine_of_ten_windows_turn_out_within_the_band_and_not_all_do(rows):
    inside = share_inside(100, rows).values()
    assert min(inside) >= 0.9
    assert max(inside) < 1


def test_rows_of_the_same_people_make_the_band_wider_so_that_it_still_holds():
    assert min(share_inside(60, 400, rows_each=4).values()) >= 0.9


def test_a_model_that_is_no_longer_calibrated_is_found_out_only_when_labels_come():
    assert share_inside(50, 1000, drawn_from=lambda risk: risk / 2)["precision"] < 0.2


def test_the_estimates_are_those_of_nannyml():
    rng = np.random.default_rng(NANNYML["seed"])
    found = estimated(risks(rng, NANNYML["rows"]), alert_from=NANNYML["alert_from"])
    for name, value in NANNYML["values"].items():
        assert found.figures[name].value == pytest.approx(value, abs=0.005)


def test_the_estimate_is_the_mean_of_what_comes_true():
    rng = np.random.default_rng(3)
    risk = risks(rng, 300)
    found = estimated(risk).figures
    windows = [realised(rng.random(300) < risk, risk) for _ in range(1500)]
    for name in FIGURES:
        mean = np.mean([window[name] for window in windows])
        assert found[name].value == pytest.approx(mean, abs=0.004)


def test_the_share_flagged_is_known_and_has_no_error():
    share = estimated(np.array([0.1, 0.5, 0.6, 0.2])).figures["share_flagged"]
    assert (share.low, share.value, share.high) == (0.5, 0.5, 0.5)


def test_many_rows_have_the_bands_that_drawing_each_label_gives():
    rng = np.random.default_rng(2)
    risk = risks(rng, 20_000)
    found = estimated(risk).figures
    drawn = [realised(rng.random(len(risk)) < risk, risk) for _ in range(400)]
    for name in FIGURES:
        spread = np.std([one[name] for one in drawn])
        assert found[name].high - found[name].low == pytest.approx(3.92 * spread, rel=0.15)


@pytest.mark.parametrize(
    ("rows", "risk", "is_enough"),
    [(0, 0.1, False), (90, 0.1, False), (110, 0.1, True), (110, 0.95, False)],
)
def test_a_window_that_promises_too_few_of_either_kind_is_not_enough(rows, risk, is_enough):
    assert estimated(np.full(rows, risk)).is_enough is is_enough


def test_where_nobody_is_flagged_there_is_no_precision():
    assert "precision" not in estimated(np.full(50, 0.2)).figures


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0, 1), st.integers(0, 2**32 - 1)
)
@settings(deadline=None, max_examples=60)
def test_every_band_holds_its_figure_and_stays_within_0_and_1(risk, alert_from, seed):
    for figure in estimated(np.array(risk), alert_from=alert_from, seed=seed).figures.values():
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_the_same_seed_gives_the_same_bands():
    risk = risks(np.random.default_rng(1), 500)
    assert estimated(risk, seed=7) == estimated(risk, seed=7)
