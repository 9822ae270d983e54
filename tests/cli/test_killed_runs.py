"""Kill -9 at any moment: `stayline doctor` finds everything whole, and a rerun completes."""

import random
import shutil
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


def test_a_training_killed_at_any_moment_leaves_a_whole_home_and_can_be_run_again(
    trained_panel, tmp_path, chance
):
    home = shutil.copytree(trained_panel, tmp_path / "home")
    train = ("train", "--trials", 1, "--home", home)
    judged_anew = (*train, "--parameter", "MinimumRecall=0.01", "--json")  # so: another package
    kill_as_a_package_is_written(judged_anew, home / "models")
    assert_whole(home)
    # another model each time, or all but the last step came from the cache
    for seed, line in ((1, "train: Executing"), (2, "  evaluate | auditing")):
        with started(command(*train, "--seed", seed)) as process:
            wait_for(line, process)
            time.sleep(chance.uniform(0, 1.5))
            process.kill()
            assert process.wait(30) == -9
        assert_whole(home)

    rerun = here(*judged_anew)

    assert rerun.code == 0
    assert_whole(home)
    listed = here("models", "list", "--json", "--home", home).json["models"]
    assert [m["version"] for m in listed] == list(range(1, len(listed) + 1))
    assert len(listed) > 1
    assert {m["status"] for m in listed} == {"PendingManualApproval"}
    digests = [m["digest"].removeprefix("sha256:") for m in listed]
    assert len(set(digests)) == len(digests)
    assert rerun.json["model"]["digest"] in {m["digest"] for m in listed}
    assert {path.name for path in (home / "models").iterdir()} >= set(digests)


def kill_as_a_package_is_written(train: tuple[object, ...], folder: Path) -> None:
    """Run a training until its package gets a folder beside those that are there."""
    before = set(folder.iterdir())
    with started(command(*train)) as process:
        while set(folder.iterdir()) == before and process.poll() is None:
            time.sleep(0.0005)
        process.kill()
        assert process.wait(30) == -9


def wait_for(line: str, process: "subprocess.Popen[str]") -> None:
    """Read what a process prints, up to a line that begins so."""
    assert any(printed.startswith(line) for printed in process.stdout)


def test_approvals_and_deployments_killed_at_any_moment_can_be_completed(home, ports, chance):
    versions = [pending(ports).version for _ in range(12)]  # none of the runs gets that far
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
        wait_for("[5/7]", process)
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
