"""``stayline train`` when its gates, its inputs or its options say no."""

import os
import shutil
from pathlib import Path

import pytest

from command_runs import here, stayline
from open_gates import write_open_schema


@pytest.fixture(scope="module")
def panel_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small panel; the tests here register nothing in it."""
    folder = tmp_path_factory.mktemp("panel")
    extract = folder / "panel.csv"
    small = ("--employees", 300, "--months", 24, "--seed", 1)
    assert here("simulate", *small, "--out", extract).code == 0
    home = folder / "home"
    assert here("import", extract, "--schema", "monthly-panel", "--home", home).code == 0
    return home


def test_what_the_gates_block_ends_with_the_reason_and_the_next_command(panel_home):
    told = here("train", "--trials", 1, "--home", panel_home)
    assert told.code == 1
    assert "gate results block this model" in told.err
    assert "insufficient evidence" in told.err
    assert "stayline waivers file --gate" in told.err
    assert told.err.count("gate results block this model") == 1
    assert here("models", "list", "--json", "--home", panel_home).json["models"] == []


def test_the_same_training_under_a_relative_home_and_another_folder(trained_panel, tmp_path):
    schema = write_open_schema("monthly-panel", tmp_path / "open.toml")
    relative = os.path.relpath(shutil.copytree(trained_panel, tmp_path / "home"))
    told = stayline(
        "train", "--trials", "1", "--schema", str(schema), "--json", "--home", relative,
        "--parameter", "MinimumRecall=0.9999",
    )  # fmt: skip
    assert told.code == 1
    assert "step 'fail'" in told.err
    assert "recall at the alert threshold" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--parameter", "HorizonMonths"), "is not NAME=VALUE"),
        (("--parameter", "Telepathy=1"), "Telepathy"),
        (("--parameter", "HorizonMonths=soon"), "HorizonMonths"),
        (("--parameter", "HorizonMonths=0"), "0 is not 1 to 60"),
        (("--parameter", "MinimumRocAuc=7"), "Parameters.MinimumRocAuc"),
        (("--parameter", "AlertPolicy=everybody"), "Parameters.AlertPolicy"),
        (("--parameter", "TrainUntil=yesterday"), "Parameters.TrainUntil"),
        (("--parameter", "LargestRecallDifference=0.5"), "write why in gates.justification"),
        (("--by", ""), "a person's name in plain letters"),
        (("--parameter", "WaiversUri=s3://stayline/mine"), "training sets it"),
        (("--parameter", "FourFifths=sometimes"), "FourFifths"),
        (("--schema", "ibm-hr"), "reads other columns"),
        (("--train-until", "2000-01-01"), "at least 20 of each are needed"),
        (("--engine", "dask"), "--scheduler"),
        (("--definition", "own.json", "--scheduler", "tcp://127.0.0.1:9"), "leave out --scheduler"),
    ],
)
def test_what_cannot_be_asked_for_is_named(panel_home, words, said):
    told = here("train", "--trials", 1, *words, "--home", panel_home)
    assert told.code in (1, 2)
    assert said in told.err


def test_pipeline_run_is_train_by_another_name(panel_home):
    told = here("pipeline", "run", "--parameter", "Telepathy=1", "--home", panel_home)
    assert (told.code, "Telepathy" in told.err) == (1, True)


@pytest.fixture
def definition(panel_home, tmp_path) -> Path:
    out = tmp_path / "definition.json"
    assert here("pipeline", "render", "--out", out, "--home", panel_home).code == 0
    return out


@pytest.mark.parametrize(
    ("spoilt", "by", "said"),
    [
        ('"check-gates"', '"evaluate"', "evaluate"),
        ("ml.m5.large", "ml.bogus", "ml.bogus"),
        ("Steps.train.ModelArtifacts", "Steps.trian.ModelArtifacts", "trian"),
        ('"Processing"', '"QualityCheck"', "QualityCheck"),
    ],
)
def test_a_definition_that_cannot_run_is_refused_with_the_place(
    panel_home, definition, spoilt, by, said
):
    text = definition.read_text("utf-8")
    assert spoilt in text
    definition.write_text(text.replace(spoilt, by), "utf-8")
    told = here("pipeline", "run", "--definition", definition, "--home", panel_home)
    assert (told.code, said in told.err) == (1, True)
    assert here("models", "list", "--json", "--home", panel_home).json["models"] == []


def test_a_definition_of_ones_own_is_run(panel_home, definition):
    text = definition.read_text("utf-8")
    own = text.replace('"DefaultValue": 0.15', '"DefaultValue": 0.9999').replace(
        '"DefaultValue": 16', '"DefaultValue": 1'
    )
    assert own != text
    definition.write_text(own, "utf-8")
    told = here("pipeline", "run", "--definition", definition, "--home", panel_home)
    assert told.code == 1
    assert "recall at the alert threshold" in told.err
