"""Waivers, comparison, and an approval that deploys, at the command line."""

from datetime import timedelta

import pytest

from command_runs import REASON, here
from model_versions import gated, pending
from stayline.domain.gates import Gate, GateResult, Verdict

UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "May be chance.", "Gender = Female")


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(home, ports):
    """File a waiver that ends in some days."""

    def run(*words, days=30, gate="fairness"):
        until = (ports.clock.now() + timedelta(days=days)).date()
        return here(
            "waivers", "file", "--gate", gate, "--subject", "Gender = Female", "--until", until,
            "--reason", "The group is small; we look at it by hand.", "--by", "bo",
            "--home", home, *words,
        )  # fmt: skip

    return run


def test_a_waiver_is_filed_and_listed(file, home):
    assert "No waiver was ever filed." in here("waivers", "list", "--home", home).out
    filed = file()
    assert (filed.code, filed.err) == (0, "")
    assert filed.out.startswith(
        "Gate fairness (Gender = Female) will be waived in the next training run, "
    )
    listed = here("waivers", "list", "--home", home).out
    assert all(part in listed for part in ("fairness", "Gender = Female", "yes", "bo"))


def test_waivers_are_json_where_asked_for(file, home):
    filed = file("--json").json
    assert here("waivers", "list", "--json", "--home", home).json == {"waivers": [filed]}
    assert filed["filed_by"] == "bo"


@pytest.mark.parametrize("given", [{"days": 181}, {"days": 0}, {"gate": "luck"}])
def test_a_waiver_outside_the_rules_is_refused_in_words(file, home, given):
    refused = file(**given)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Error: The waiver cannot be filed: ")
    assert here("waivers", "list", "--json", "--home", home).json == {"waivers": []}


def test_a_day_that_is_no_day_is_a_wrong_call(home):
    words = ("waivers", "file", "--gate", "leaks", "--reason", REASON, "--until", "2026-13-01")
    assert here(*words, "--home", home).code == 2


def test_approving_deploys_in_the_same_command(home, ports):
    version = pending(ports).version
    done = here("models", "approve", version, "--by", "bo", "--reason", REASON, "--home", home)
    assert done.code == 0, done.err
    assert done.out.endswith("is Approved. It serves from now on.\n")
    assert ports.registry.deployed().version == version


def test_an_approval_alone_leaves_what_serves_as_it_is(home, ports):
    version, before = pending(ports).version, ports.registry.deployed()
    words = ("models", "approve", version, "--by", "bo", "--reason", REASON, "--no-deploy")
    done = here(*words, "--home", home)
    assert f"Deploy it with `stayline models deploy {version}`." in done.out
    assert ports.registry.deployed() == before


def test_a_model_whose_gates_do_not_pass_is_refused_with_the_command_that_helps(home, ports):
    version, before = gated(ports, UNSURE).version, ports.registry.deployed()
    refused = here("models", "approve", version, "--by", "bo", "--reason", REASON, "--home", home)
    assert (refused.code, refused.out) == (1, "")
    assert "stayline waivers file --gate fairness --subject 'Gender = Female'" in refused.err
    assert ports.registry.deployed() == before


def test_a_model_is_shown_with_its_gates(home, ports):
    version = gated(ports, UNSURE).version
    shown = here("models", "show", version, "--home", home).out
    assert "Gates: insufficient evidence" in shown
    assert "fairness (Gender = Female): insufficient evidence. May be chance." in shown


def test_two_models_are_compared_in_words_and_as_json(home, ports):
    version = gated(ports, UNSURE).version
    told = here("models", "compare", "1", version, "--home", home)
    assert told.code == 0, told.err
    for part in ("version 1", f"version {version}", "ROC AUC, out-of-fold", "fairness (Gender"):
        assert part in told.out
    compared = here("models", "compare", "1", version, "--json", "--home", home).json
    assert compared["versions"] == [1, version]
    assert set(compared["sections"]) >= {"model", "inputs", "figures", "gates"}


def test_a_home_that_is_not_there_is_named_and_not_made(tmp_path):
    for words in (("waivers", "list"), ("models", "compare", "1", "2")):
        refused = here(*words, "--home", tmp_path / "typo")
        assert refused.code == 1
        assert "a folder that exists" in refused.err
    assert not (tmp_path / "typo").exists()
