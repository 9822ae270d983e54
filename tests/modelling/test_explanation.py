from dataclasses import dataclass

import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Kind
from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder
from stayline.modelling.explanation import Baseline, column_contributions
from stayline.modelling.model_input import ModelInput

ENCODER = InputEncoder(
    (
        ModelInput("Pay", Kind.NUMBER),
        ModelInput("Team", Kind.CATEGORY, ("A", "B", "C")),
        ModelInput("Years", Kind.NUMBER),
    )
)
PLATT = Calibration("platt", slope=0.8, intercept=-0.3)
ISOTONIC = Calibration(
    "isotonic",
    margins=(-3.0, -2.0, -1.9, -0.5, 1.0),
    probabilities=(0.0001, 0.02, 0.2, 0.2, 0.9999),
)


@dataclass
class Explained:
    """A booster's own margins and contributions."""

    depth: int

    def __post_init__(self):
        rng = np.random.default_rng(self.depth)
        matrix = rng.normal(size=(600, 5)).astype(np.float32)
        matrix[:, 1:4] = np.eye(3)[rng.integers(0, 3, 600)]
        matrix[rng.random(matrix.shape) < 0.05] = np.nan
        score = np.nan_to_num(matrix[:, 0] * (1 + matrix[:, 1]) - matrix[:, 4])
        label = rng.random(600) < 1 / (1 + np.exp(1.5 - score))
        parameters = {"max_depth": self.depth, "objective": "binary:logistic", "nthread": 1}
        self.matrix = matrix
        self.booster = xgb.train(parameters, xgb.DMatrix(matrix, label), 60)
        self.margin = self.booster.predict(xgb.DMatrix(matrix), output_margin=True).astype(float)
        self.shap = self.booster.predict(xgb.DMatrix(matrix), pred_contribs=True)

    def told(self, calibration):
        risk = calibration(self.margin)
        sums = column_contributions(self.shap, ENCODER)
        baseline = Baseline.of(float(self.shap[0, -1]), calibration)
        return risk, *baseline.in_probability(sums, self.margin, risk)


@pytest.fixture(scope="module", params=[1, 2, 3, 4], ids=lambda depth: f"depth {depth}")
def explained(request):
    return Explained(request.param)


@pytest.mark.parametrize("calibration", [PLATT, ISOTONIC], ids=["platt", "isotonic"])
def test_base_risk_and_contributions_add_up_to_the_risk(explained, calibration):
    risk, base, told = explained.told(calibration)
    assert np.abs(base + told.sum(axis=1) - risk).max() < 1e-5
    assert told.shape == (600, 3)
    assert np.ptp(base) < 1e-5


@pytest.mark.parametrize("calibration", [PLATT, ISOTONIC], ids=["platt", "isotonic"])
def test_every_column_keeps_the_direction_it_has_in_the_trees(explained, calibration):
    _, _, told = explained.told(calibration)
    sums = column_contributions(explained.shap, ENCODER)
    assert (np.sign(told) * np.sign(sums) >= 0).all()
    assert (told != 0).any()


def test_the_columns_of_one_category_are_told_as_one(explained):
    sums = column_contributions(explained.shap, ENCODER)
    assert sums[:, 1] == pytest.approx(explained.shap[:, 1:4].astype(float).sum(axis=1))
    assert sums[:, 0] == pytest.approx(explained.shap[:, 0])


def test_of_an_additive_model_they_are_exact():
    """At depth 1 a column's exact Shapley value is its own trees' output less their mean."""
    explained = Explained(depth=1)
    trees = explained.booster.trees_to_dataframe()
    matrix = explained.matrix
    direct = np.zeros((600, 3))
    expected = float(explained.shap[0, -1])
    constant = explained.margin.astype(float).copy()
    for _, tree in trees.groupby("Tree"):
        root = tree[tree.Node == 0].iloc[0]
        if root.Feature == "Leaf":
            continue
        column = int(root.Feature[1:])
        leaf = {row.ID: (row.Gain, row.Cover) for row in tree.itertuples() if row.Node}
        value = matrix[:, column]
        goes_left = np.where(
            np.isnan(value), root.Missing == root.Yes, value < np.float32(root.Split)
        )
        (left, here), (right, there) = leaf[root.Yes], leaf[root.No]
        output = np.where(goes_left, left, right)
        mean = (left * here + right * there) / (here + there)
        direct[:, ENCODER.owners[column]] += output - mean
        constant -= output - mean
    assert column_contributions(explained.shap, ENCODER) == pytest.approx(direct, abs=2e-5)
    assert constant == pytest.approx(np.full(600, expected), abs=2e-5)


@given(
    st.floats(-4, 4),
    st.floats(0.1, 3),
    st.floats(-1e-7, 1e-7),
)
@settings(deadline=None, max_examples=100)
def test_contributions_that_cancel_still_point_the_right_way(base_margin, size, noise):
    contributions = np.array([[size, -(size + noise), 0.0]])
    total = np.array([base_margin - noise])  # what float32 trees make of a sum of nought
    for calibration in (PLATT, ISOTONIC):
        risk = calibration(total)
        baseline = Baseline.of(base_margin, calibration)
        base, told = baseline.in_probability(contributions, total, risk)
        assert base[0] + told.sum() == pytest.approx(risk[0], abs=1e-9)
        assert told[0, 0] >= 0 >= told[0, 1]
        assert base[0] == pytest.approx(calibration(np.array([base_margin]))[0], abs=1e-5)
