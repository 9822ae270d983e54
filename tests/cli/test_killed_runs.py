"""Kill -9 at any moment: `stayline doctor` finds everything whole, and a rerun completes."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import command_runs
from command_runs import approve_and_deploy, command, here, started, stayline
from model_versions import pending
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.settings import Settings

SCRIPT = Path(command_runs.__file__)
PEOPLE = 500


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def chance():
    return random.Random(11)  # noqa: S311  (moments, not secrets)


def assert_whole(home: Path) -> None:
    doctor = here("doctor", "--json", "--home", home)
    assert (doctor.code, doctor.json["whole"]) == (0, True), doctor.out


def test_a_training_killed_again_and_again_leaves_a_whole_home_and_can_be_run_again(
    tmp_path, chance
):
    home = tmp_path / "home"
    panel = ("simulate", "--employees", 300, "--months", 24, "--seed", 1, "--out", "panel.csv")
    assert here(*panel).code == 0
    assert here("import", "panel.csv", "--schema", "monthly-panel", "--home", home).code == 0
    train = ("train", "--trials", 1, "--json", "--home", home)
    began = time.perf_counter()
    calm = stayline(*train)
    calm_seconds = time.perf_counter() - began
    assert calm.code == 0, calm.err
    kills = 0
    for share in (0.5, 0.7, 0.9):
        with started(command(*train)) as process:
            try:
                process.wait((share + chance.uniform(-0.1, 0.1)) * calm_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        assert_whole(home)
    rerun = here(*train)
    assert kills >= 2
    assert rerun.code == 0
    assert rerun.json["model"]["digest"] == calm.json["model"]["digest"]
    listed = here("models", "list", "--json", "--home", home).json["models"]
    assert [m["version"] for m in listed] == list(range(1, len(listed) + 1))
    assert {m["status"] for m in listed} == {"PendingManualApproval"}


def test_a_training_killed_as_its_package_is_written_leaves_a_whole_home(home):
    folder = home / "models"
    before = set(folder.iterdir())
    train = command("train", "--trials", 1, "--seed", 5, "--home", home)
    with started(train) as process:
        while set(folder.iterdir()) == before and process.poll() is None:
            time.sleep(0.0005)
        process.kill()
        assert process.wait(30) == -9
    assert_whole(home)
    listed = here("models", "list", "--json", "--home", home).json
    assert listed["deployed"] == 1
    assert len(listed["models"]) in {1, 2}


def test_approvals_and_deployments_killed_at_any_moment_can_be_completed(home, ports, chance):
    versions = [pending(ports).version for _ in range(60)]
    kills = 0
    for _ in range(4):
        with started([sys.executable, str(SCRIPT), str(home), *map(str, versions)]) as process:
            assert process.stdout.readline() == "ready\n"
            try:
                process.wait(chance.uniform(0.05, 1.0))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        assert_whole(home)
    assert kills >= 2

    approve_and_deploy(home, versions)

    assert_whole(home)
    after = build(Settings(home=home)).registry
    assert {package.status.value for package in after.packages()} == {"Approved"}
    assert after.deployed().version == versions[-1]


def test_up_killed_on_its_way_leaves_a_whole_home_and_the_next_one_serves_a_score(tmp_path, chance):
    extract, home = tmp_path / "ibm.csv", tmp_path / "home"
    ibm_extract().head(PEOPLE).write_csv(extract)
    up = ("up", "--yes", "--no-serve", "--data", extract, "--schema", "ibm-hr", "--home", home)
    for step, most in (("[4/7]", 0.1), ("[5/7]", 4.0)):
        with started(command(*up)) as process:
            for line in process.stdout:
                if line.startswith(step):
                    break
            time.sleep(chance.uniform(0, most))
            process.kill()
            assert process.wait(30) == -9
        assert_whole(home)

    done = stayline(*up)

    assert done.code == 0, done.err
    for part in (f"{PEOPLE} people scored", "a stand-in approved this model", "Served at http://"):
        assert part in done.out
    assert "\n  risk " in done.out
    assert "/v1/predict -H 'Content-Type: application/json' -d " in done.out
    listed = here("models", "list", "--json", "--home", home).json
    deployed = listed["models"][listed["deployed"] - 1]
    assert (deployed["status"], deployed["is_stand_in"]) == ("Approved", True)
    assert_whole(home)
