"""Deployments, roll-backs and their history at the command line."""

import pytest

from candidates import opposite, same_again
from command_runs import REASON, here


def test_a_deployment_tells_how_it_goes_and_what_serves(home, ports):
    version = same_again(ports)
    done = here("models", "deploy", version, "--shadow", 100, "--by", "bo", "--home", home)
    assert done.code == 0
    shadow, at_once, completed = done.err.splitlines()
    assert shadow.startswith("shadow: errors: 0 of 100 failed")
    assert shadow.endswith("0% of bands change, n = 100")
    assert at_once == "baking: There is nobody to try it on; it serves at once."
    assert completed == f"completed: Version {version} is the deployed one."
    assert done.out.endswith("is Approved. It serves from now on.\n")


def test_a_version_whose_scores_shift_needs_to_be_allowed_with_a_reason(home, ports):
    version = opposite(ports)
    refused = here("models", "deploy", version, "--home", home)
    assert refused.code == 1
    assert f"Error: Version {version} does not serve: in phase 'shadow', score shift" in refused.err
    assert "--allow-shift --reason" in refused.err
    assert ports.registry.deployed().version == 1
    allowed = ("--allow-shift", "--reason", "It tells who stays.", "--json")
    done = here("models", "deploy", version, *allowed, "--home", home)
    assert (done.code, done.err, done.json["version"]) == (0, "", version)


@pytest.mark.parametrize("words", [("--allow-shift",), ("--canary", 51), ("--bake", -1)])
def test_a_plan_that_makes_no_sense_is_a_wrong_call(home, ports, words):
    wrong = here("models", "deploy", 1, *words, "--home", home)
    assert (wrong.code, wrong.out) == (2, "")


def test_going_back_twice_undoes_itself_and_the_history_shows_it_all(home, ports):
    version = same_again(ports)
    assert here("models", "deploy", version, "--by", "bo", "--home", home).code == 0
    words = ("models", "rollback", "--reason", REASON, "--by", "cy", "--home", home)
    assert here(*words).out.startswith("Version 1 ")
    assert here(*words, "--json").json["version"] == version
    listed = here("models", "deployments", "--json", "--home", home).json["deployments"]
    assert [one["version"] for one in listed] == [1, version, 1, version]
    assert {one["phase"] for one in listed} == {"completed"}
    assert [one["started_by"] for one in listed[1:]] == ["bo", "cy", "cy"]
    table = here("models", "deployments", "--home", home).out
    assert f"roll-back: {REASON}" in " ".join(table.split())


def test_without_a_version_before_there_is_nothing_to_go_back_to(home):
    refused = here("models", "rollback", "--reason", REASON, "--home", home)
    assert refused.code == 1
    assert refused.err.startswith("Error: No other version was deployed before this one")


def test_a_new_home_has_no_deployments(tmp_path):
    (tmp_path / "home").mkdir()
    told = here("models", "deployments", "--home", tmp_path / "home")
    assert (told.code, told.out.startswith("Nothing was ever deployed.")) == (0, True)
