"""With --json, each command prints one JSON document and nothing else."""

import shutil
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from command_runs import REASON, here
from model_versions import pending
from real_data import write_ibm_csv
from stayline.domain.alert_policy import Band


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def told(home) -> Callable[..., object]:
    """Run a command on a deployed home; return its JSON."""

    def run(*words: object) -> object:
        ended = here(*words, "--json", "--home", home)
        assert (ended.code, ended.err) == (0, "")
        return ended.json

    return run


def test_models_are_listed_with_the_one_deployed(told, ports):
    version = pending(ports).version
    listed = told("models", "list")
    assert [model["version"] for model in listed["models"]] == [1, version]
    assert [model["status"] for model in listed["models"]] == ["Approved", "PendingManualApproval"]
    assert listed["deployed"] == 1


def test_one_model_is_shown_with_its_manifest(told):
    shown = told("models", "show", "1")
    assert shown["is_deployed"] is True
    assert "OverTime" in {item["name"] for item in shown["manifest"]["inputs"]}


def test_decisions_and_deployments_answer_with_the_package(told, ports):
    first, second = pending(ports).version, pending(ports).version
    approved = told("models", "approve", first, "--by", "bo", "--reason", REASON)
    assert (approved["version"], approved["status"]) == (first, "Approved")
    rejected = told("models", "reject", second, "--by", "bo", "--reason", REASON)
    assert (rejected["status"], rejected["reason"]) == ("Rejected", REASON)
    assert told("models", "deploy", first, "--by", "bo")["version"] == first
    assert told("models", "list")["deployed"] == first


def test_everyone_s_scores_are_counted_and_one_person_s_is_explained(told):
    everyone = told("score", "--all")
    assert sum(everyone["by_band"].values()) == everyone["count"]
    assert told("score") == everyone
    one = told("score", "--employee", "1")
    assert one["base_risk"] + sum(r["contribution"] for r in one["reasons"]) == pytest.approx(
        one["risk"], abs=1e-5
    )


def test_a_cut_off_run_is_taken_up_unless_begun_afresh(told, ports):
    serving = ports.registry.serving()
    for words, expected in (((), 40), (("--afresh",), 0)):
        run = ports.scores.begin_run(serving, {}, at=ports.clock.now())
        tokens = ports.features.newest()["token"].sort()
        further = replace(run, after=tokens[39], by_band={Band.LOW: 40})
        nobody = ports.endpoint.variant().score(ports.features.newest([]))
        ports.scores.keep(further, nobody, pl.DataFrame(), scored_at=ports.clock.now())
        assert told("score", "--all", *words)["taken_up_at"] == expected


def test_doctor_tells_every_store(told):
    checked = told("doctor")
    assert checked["whole"] is True
    assert {"feature store", "model registry", "audit log"} <= {
        check["name"] for check in checked["checks"]
    }


def test_an_extract_is_inspected_and_its_draft_written(tmp_path):
    extract = write_ibm_csv(tmp_path / "ibm.csv")
    ended = here("inspect", extract, "--json", "--out", tmp_path / "schema.toml")
    assert (ended.code, set(ended.json)) == (0, {"rows", "columns", "findings"})
    assert (tmp_path / "schema.toml").is_file()


def test_simulating_importing_and_training_each_tell_what_they_did(trained_panel, tmp_path):
    home = ("--home", tmp_path / "home")
    simulated = here(
        "simulate", "--employees", 300, "--months", 24, "--seed", 1, "--out", "panel.csv", "--json"
    )
    assert (simulated.code, simulated.err) == (0, "")
    imported = here("import", "panel.csv", "--schema", "monthly-panel", "--json", *home)
    assert imported.json["landed"] == simulated.json["rows"]
    again = ("--home", shutil.copytree(trained_panel, tmp_path / "trained"))
    trained = here("train", "--trials", 1, "--json", *again)
    assert (trained.code, trained.err) == (0, "")
    assert trained.json["model"]["version"] == 1
    assert trained.json["execution"]["status"] == "Succeeded"
    manifest = trained.json["manifest"]
    assert manifest["periods"]
    assert {"evaluations", "parameters", "bands", "protection_price", "gates"} <= set(manifest)
