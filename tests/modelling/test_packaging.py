import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import trained as trained_module
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.packaging import headline
from stayline.modelling.unpacking import unpacked
from trained import ibm_model, panel_model, small_model
from training_frames import AGE_JUSTIFICATION


def test_the_same_data_and_seed_give_the_same_bytes_in_another_process():
    small = small_model()
    elsewhere = subprocess.run(
        [sys.executable, trained_module.__file__],
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "12345"},
        cwd=Path(trained_module.__file__).parent,
    )
    assert elsewhere.stdout == small.package


def test_what_scores_beside_the_trees_comes_back_equal():
    model = ibm_model().model
    assert unpacked(ibm_model().archive.manifest) == (model.encoder, model.calibration, model.bands)


def test_the_manifest_accounts_for_the_model():
    trained = ibm_model()
    manifest = trained.archive.manifest
    assert parse_schema(manifest.schema_toml, "manifest") == trained.schema
    assert manifest.policy == "the most recall at a precision of at least 0.42"
    assert manifest.parameters == trained.model.search.chosen.parameters
    assert manifest.rounds == trained.model.search.chosen.rounds
    assert manifest.training == {
        "rows": 1470, "positives": 237, "seed": 0, "candidates_tried": 2,
        "search_ended_by": "trials", "until": trained.model.until.isoformat(),
        "treated": "keep", "treated_rows": 0, "treated_people": 0, "treated_left": 0,
    }  # fmt: skip
    evaluations = msgspec.json.encode(trained.trial.evaluations)
    assert msgspec.json.encode(manifest.evaluations) == evaluations
    assert set(manifest.libraries) == {"stayline", "xgboost"}


@pytest.mark.parametrize("name", ["Age", "Gender", "MaritalStatus"])
def test_without_a_justification_the_manifest_names_no_protected_input(name):
    assert name not in {item.name for item in small_model().archive.manifest.inputs}


def test_a_justified_protected_column_is_an_input_and_the_manifest_prints_why():
    justified = {
        item.name: item.justification
        for item in small_model("Age").archive.manifest.inputs
        if item.justification
    }
    assert justified == {"Age": AGE_JUSTIFICATION}


def test_the_headline_comes_from_later_time_where_there_is_any():
    trained, _ = panel_model()
    assert headline(trained.trial)["roc_auc"] == trained.trial.evaluations[-1].roc_auc.value
    assert set(headline(ibm_model().trial)) == {
        "roc_auc", "average_precision", "recall_at_precision", "brier", "calibration_error",
    }  # fmt: skip
