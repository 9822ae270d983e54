from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from deployed_home import deploy_again
from stayline.adapters.embedded.endpoint import InProcessEndpoint
from stayline.bootstrap import build
from stayline.errors import NothingDeployed, PackageRefused
from stayline.settings import Settings

ROW = {"OverTime": "Yes", "MonthlyIncome": 5500.0}
AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_nothing_is_answered_before_the_first_deployment(tmp_path):
    endpoint = build(Settings(home=tmp_path)).endpoint
    with pytest.raises(NothingDeployed):
        endpoint.variant()


def test_the_very_next_call_after_a_deployment_is_answered_by_the_new_model(ports):
    before = ports.endpoint.variant().model
    version = deploy_again(ports)
    after = ports.endpoint.variant().model
    assert (before.version, after.version) == (1, version)
    assert after.digest == ports.registry.deployed().digest


def test_many_threads_at_the_first_call_get_one_answer(ports):
    endpoint = InProcessEndpoint(ports.registry, ports.deployments)
    with ThreadPoolExecutor(8) as pool:
        variants = list(pool.map(lambda _: endpoint.variant(), range(40)))
        answers = list(pool.map(lambda one: one.predict([ROW, ROW], [AT, AT]), variants))
    assert len({variant.model for variant in variants}) == 1
    assert len({answer[1].risk for answer in answers}) == 1


def test_an_altered_package_is_refused_not_served(ports, home):
    (archive,) = (home / "models").rglob("model.tar.gz")
    data = bytearray(archive.read_bytes())
    data[-10] ^= 1
    archive.write_bytes(data)
    with pytest.raises(PackageRefused):
        InProcessEndpoint(ports.registry, ports.deployments).variant()
