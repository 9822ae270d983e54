"""A home on object storage: workers have its address, AWS's own variables, and no folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dask_processes import dask_processes
from deployed_home import PEOPLE, deploy_new_model, import_ibm
from fake_aws import running_fake, variables
from stayline.adapters.dask.cluster import connected
from stayline.bootstrap import build
from stayline.bootstrap.spread_scoring import cluster_scorer
from stayline.settings import Settings
from stored_backend import new_storage
from workforce_scores import score


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with running_fake() as address:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)
        yield Settings(home=tmp_path / "home", storage_url=new_storage().url)


def test_workers_read_people_from_the_storage_and_give_the_scores_of_one_machine(
    settings, tmp_path
):
    ports = build(settings)
    import_ibm(ports, settings.home)
    deploy_new_model(ports)
    expected_result = score(ports)
    expected = {one.token: (one.risk, one.reasons) for one in ports.scores.entries()}
    ports.scores.take_down(expected)
    assert not (settings.home / "offline").exists()
    (tmp_path / "logs").mkdir()
    with (
        dask_processes(tmp_path / "logs") as processes,
        connected(processes.address) as cluster,
    ):
        result = score(ports, scorer=cluster_scorer(cluster, settings, ports), chunk=400)
    assert result == expected_result
    assert result.count == PEOPLE
    assert {one.token: (one.risk, one.reasons) for one in ports.scores.entries()} == expected
