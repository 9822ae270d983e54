from dataclasses import replace

import msgspec
import numpy as np
import pytest

from boosters import saved
from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused
from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder
from stayline.modelling.equality import EqualityReport, check_equality, differences, edge_rows
from stayline.modelling.forest import FEW_ROWS, Forest
from stayline.modelling.model_input import ModelInput
from trained import ibm_model, panel_model, small_model

ENCODER = InputEncoder(
    (
        ModelInput("a", Kind.NUMBER),
        ModelInput("b", Kind.CATEGORY, ("x", "y", "z")),
        ModelInput("c", Kind.NUMBER),
        ModelInput("d", Kind.NUMBER),
        ModelInput("e", Kind.CATEGORY, ("x", "y")),
    )
)
SHARP = Calibration("platt", slope=1.0, intercept=0.0)


@pytest.mark.parametrize("trained", [small_model, ibm_model, lambda: panel_model()[0]])
def test_a_trained_package_says_what_xgboost_says(trained):
    report = check_equality(trained().archive)
    assert report.rows > FEW_ROWS
    assert report.risk < 1e-12
    assert report.contribution < 1e-5


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_trees_of_every_depth_agree(depth):
    model = saved(depth, 200).model
    rows = edge_rows(model, ENCODER, np.random.default_rng(0))
    report = differences(Forest(model, ENCODER.owners), model, rows, ENCODER, SHARP)
    assert report.risk < 1e-12
    report.insist()


def test_a_forest_that_is_off_by_one_tree_is_found_out():
    trees = saved(2, 200)
    fewer = bytes(trees.booster[:199].save_raw("ubj"))
    rows = edge_rows(trees.model, ENCODER, np.random.default_rng(0))
    report = differences(Forest(fewer, ENCODER.owners), trees.model, rows, ENCODER, SHARP)
    with pytest.raises(PackageRefused, match="its risk differs from XGBoost's by up to"):
        report.insist()


@pytest.mark.parametrize(
    ("report", "name"),
    [
        (EqualityReport(10, 2e-6, 0.0), "risk"),
        (EqualityReport(10, float("nan"), 0.0), "risk"),
        (EqualityReport(10, 0.0, 2e-5), "contribution"),
    ],
)
def test_a_difference_beyond_rounding_refuses_the_package(report, name):
    with pytest.raises(PackageRefused, match=f"its {name} differs"):
        report.insist()


def test_trees_that_xgboost_would_not_take_are_refused():
    archive = small_model().archive
    manifest = msgspec.structs.replace(archive.manifest, inputs=archive.manifest.inputs[:-1])
    with pytest.raises(PackageRefused, match="trees take"):
        check_equality(replace(archive, manifest=manifest))


def test_the_rows_hold_every_edge():
    model = saved(2, 20).model
    rows = edge_rows(model, ENCODER, np.random.default_rng(0))
    missing = np.isnan(rows)
    assert missing.all(axis=1).any()
    for place in range(5):
        own = ENCODER.owners == place
        assert (missing[:, own].all(axis=1) & ~missing[:, ~own].all(axis=1)).any()
    largest = np.finfo(np.float32).max
    assert {largest, -largest} <= set(rows[:, 0].tolist())
    table = saved(2, 20).booster.trees_to_dataframe()
    for column in range(8):
        split = table[table.Feature == f"f{column}"].Split.to_numpy(dtype=np.float32)
        for towards in (
            split,
            np.nextafter(split, np.float32(9)),
            np.nextafter(split, np.float32(-9)),
        ):
            assert set(towards.tolist()) <= set(rows[:, column].tolist())
