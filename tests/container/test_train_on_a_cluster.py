"""The training program where it is told of a cluster, whose workers are real processes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from container.conftest import packed
from container_jobs import Job
from dask_processes import dask_processes
from stayline.formats.model_archive import read_training_artifact


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dask_processes(tmp_path_factory.mktemp("machines")) as machines:
        yield machines.address


@pytest.fixture
def job(tmp_path: Path, prepared: Job) -> Job:
    job = Job(tmp_path)
    job.give_from("input/data/train", prepared.root / "processing/output/train")
    options = {"seed": "0", "trials": "1", "time_limit_s": "60"}
    job.give("input/config", "hyperparameters.json", json.dumps(options).encode())
    return job


def test_its_workers_fit_the_trees_and_the_model_is_whole(job: Job, address: str):
    done = job.start(["train"], {"SCHEDULER": address})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 workers fit the trees." in done.stdout
    model, unseen = read_training_artifact(packed(job.root / "model"))
    assert model.manifest.rounds > 0
    assert unseen


def test_a_scheduler_that_is_not_there_fails_the_job_with_what_to_do(job: Job):
    done = job.start(["train"], {"SCHEDULER": "tcp://127.0.0.1:9"})
    assert done.returncode == 1
    told = job.written("output")["failure"].decode()
    assert "tcp://127.0.0.1:9" in told
    assert "--engine local" in told
