import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_parts import quote, times, where
from dask_processes import DaskProcesses, dask_processes
from stayline.adapters.dask.cluster import connected
from stayline.bootstrap.cluster import cluster_of
from stayline.errors import (
    ClusterMismatch,
    ClusterUnavailable,
    ClusterWorkFailed,
    SettingRefused,
)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("dask")) as started:
        yield started


def test_every_worker_does_some_of_the_parts(processes):
    with connected(processes.address) as cluster:
        found = set(cluster.results(where, range(20), None))
    assert found == {worker.pid for worker in processes.workers}


def test_a_fault_quotes_neither_the_part_nor_what_is_shared(processes):
    with (
        connected(processes.address) as cluster,
        pytest.raises(ClusterWorkFailed, match="'quote': ValueError") as failed,
    ):
        list(cluster.results(quote, ["Meier-17"], "91000 euros"))
    said = processes.said()
    assert "Compute Failed" in said
    for told in (str(failed.value), said):
        assert "Meier" not in told
        assert "91000" not in told


def test_what_a_killed_worker_had_begun_is_done_by_the_others(tmp_path):
    with (
        dask_processes(tmp_path, workers=3) as processes,
        connected(processes.address) as cluster,
    ):
        results = cluster.results(where, range(60), None)
        pids = [next(results) for _ in range(6)]
        processes.workers[0].kill()
        pids += results
    others = {worker.pid for worker in processes.workers[1:]}
    assert len(pids) == 60
    assert set(pids[-20:]) == others


def test_a_run_whose_last_worker_is_gone_ends_in_words(tmp_path):
    with (
        dask_processes(tmp_path, workers=1) as processes,
        connected(processes.address, patience_s=1) as cluster,
    ):
        results = cluster.results(where, range(60), None)
        next(results)
        processes.workers[0].kill()
        with pytest.raises(ClusterUnavailable, match="no worker"):
            list(results)


def test_a_scheduler_that_does_not_answer_is_named():
    with (
        pytest.raises(ClusterUnavailable, match=r"tcp://127\.0\.0\.1:9 cannot be used"),
        connected("tcp://127.0.0.1:9", connect_s=1),
    ):
        pass


def test_an_address_of_no_known_form_is_refused():
    with pytest.raises(ClusterUnavailable), connected("ftp://127.0.0.1:9"):
        pass


def test_a_cluster_without_workers_is_refused(tmp_path):
    with (
        dask_processes(tmp_path, workers=0) as processes,
        pytest.raises(ClusterUnavailable, match="it has no worker"),
        connected(processes.address),
    ):
        pass


def test_a_worker_with_another_version_is_named_with_what_to_install(tmp_path):
    claimed = tmp_path / "other" / "stayline-9.9.9.dist-info"
    claimed.mkdir(parents=True)
    (claimed / "METADATA").write_text("Metadata-Version: 2.1\nName: stayline\nVersion: 9.9.9\n")
    with (
        dask_processes(tmp_path, environment={"PYTHONPATH": str(claimed.parent)}) as processes,
        pytest.raises(ClusterMismatch, match=r"has stayline 9\.9\.9.*pip install"),
        connected(processes.address),
    ):
        pass


@pytest.mark.parametrize(
    ("engine", "scheduler", "expected"),
    [
        ("spark", None, "--engine"),
        ("local", "tcp://127.0.0.1:9", "--engine"),
        ("dask", None, "--scheduler"),
    ],
)
def test_an_engine_that_there_is_not_is_refused(engine, scheduler, expected):
    with pytest.raises(SettingRefused, match=expected), cluster_of(engine, scheduler):
        pass


def test_the_engine_in_this_process_does_the_same_without_dask(tmp_path):
    program = """
import sys
from stayline.bootstrap.cluster import cluster_of
from stayline.cli import app
from stayline.web import app as server
from cluster_parts import times
with cluster_of("local", None) as cluster:
    print(list(cluster.results(times, [1, 2], 3)))
print(sorted({name.partition(".")[0] for name in sys.modules} & {"dask", "distributed"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.splitlines() == [str([times(1, 3), times(2, 3)]), "[]"]
