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
from open_gates import write_open_schema
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.settings import Settings

SCRIPT = Path(command_runs.__file__)
PEOPLE = 300


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def chance():
    return random.Random(11)  # noqa: S311  (moments, not secrets)


def assert_whole(home: Path) -> None:
    doctor = here("doctor", "--json", "--home", home)
    assert (doctor.code, doctor.json["whole"]) == (0, True), doctor.out


def test_a_training_killed_at_any_moment_leaves_a_whole_home_and_can_be_run_again(tmp_path, chance):
    home = tmp_path / "home"
    panel = ("simulate", "--employees", 300, "--months", 24, "--seed", 1, "--out", "panel.csv")
    assert here(*panel).code == 0
    assert here("import", "panel.csv", "--schema", "monthly-panel", "--home", home).code == 0
    schema = write_open_schema("monthly-panel", tmp_path / "open.toml")
    train = ("train", "--trials", 1, "--schema", schema, "--json", "--home", home)
    seconds = kill_as_a_package_is_written(train, home / "models")
    assert_whole(home)
    kills = 0
    for seed in (1, 2):  # another model each time, or all but the last step came from the cache
        with started(command(*train, "--seed", seed)) as process:
            try:
                process.wait(chance.uniform(0.4, 0.9) * seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        assert_whole(home)
    assert kills >= 1

    rerun = here(*train)

    assert rerun.code == 0
    assert_whole(home)
    listed = here("models", "list", "--json", "--home", home).json["models"]
    assert [m["version"] for m in listed] == list(range(1, len(listed) + 1))
    assert {m["status"] for m in listed} == {"PendingManualApproval"}
    digests = [m["digest"].removeprefix("sha256:") for m in listed]
    assert len(set(digests)) == len(digests)
    assert rerun.json["model"]["digest"] in {m["digest"] for m in listed}
    assert {path.name for path in (home / "models").iterdir()} >= set(digests)


def kill_as_a_package_is_written(train: tuple[object, ...], folder: Path) -> float:
    """Run a first training until its package gets a folder; return how long that took."""
    began = time.perf_counter()
    with started(command(*train)) as process:
        while not folder.exists() and process.poll() is None:
            time.sleep(0.0005)
        process.kill()
        assert process.wait(30) == -9
    return time.perf_counter() - began


def test_approvals_and_deployments_killed_at_any_moment_can_be_completed(home, ports, chance):
    versions = [pending(ports).version for _ in range(60)]
    kills = 0
    for _ in range(3):
        with started([sys.executable, str(SCRIPT), str(home), *map(str, versions)]) as process:
            assert process.stdout.readline() == "ready\n"
            try:
                process.wait(chance.uniform(0.02, 0.5))
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
    schema = write_open_schema("ibm-hr", tmp_path / "open.toml")
    up = ("up", "--yes", "--no-serve", "--data", extract, "--schema", schema, "--home", home)
    with started(command(*up)) as process:
        for line in process.stdout:
            if line.startswith("[5/7]"):
                break
        time.sleep(chance.uniform(0, 2))
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
