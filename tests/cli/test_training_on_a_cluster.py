"""``stayline train --engine dask`` with workers that are real processes."""

import shutil
from pathlib import Path

from command_runs import here
from dask_processes import dask_processes
from open_gates import write_open_schema


def test_a_version_is_registered_whose_trees_the_workers_fitted(
    trained_panel: Path, tmp_path: Path
):
    home = Path(shutil.copytree(trained_panel, tmp_path / "home"))
    schema = write_open_schema("monthly-panel", tmp_path / "open.toml")
    logs = tmp_path / "machines"
    logs.mkdir()
    with dask_processes(logs) as machines:
        told = here(
            "train", "--trials", 1, "--schema", schema, "--home", home, "--json",
            "--engine", "dask", "--scheduler", machines.address,
        )  # fmt: skip
    assert told.code == 0, told.err
    execution = told.json["execution"]
    assert told.json["model"]["status"] == "PendingManualApproval"
    steps = {step["name"]: step for step in execution["steps"]}
    assert steps["prepare"]["cached_from"], "the frames that workers read are the store's own bytes"
    assert not steps["train"]["cached_from"]
    log = here(
        "pipeline", "show", execution["execution_id"], "--log", "train", "--home", home
    )  # fmt: skip
    assert "2 workers fit the trees." in log.out
