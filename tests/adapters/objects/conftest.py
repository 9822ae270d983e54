from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ceph_server import ceph_server
from fake_aws import running_fake
from faulty_way import FaultyWay, faulty_way
from object_server import REAL, storage_variables
from stayline.adapters.objects.clients import Limits, ServiceClients
from stayline.adapters.objects.storage import Storage
from stored_backend import StoredBackend, new_storage

FEW_TRIES = Limits(connect_s=30, read_s=30, attempts=2)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks as S3 does, shared by these tests."""
    if REAL and REAL != "ceph":
        yield REAL
        return
    folder = tmp_path_factory.mktemp("ceph")
    with ceph_server(folder) if REAL else running_fake() as address:
        yield address


@pytest.fixture
def storage(server: str, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A storage in which there is nothing, to which the usual variables lead."""
    for name, value in storage_variables(server).items():
        monkeypatch.setenv(name, value)
    return new_storage()


@pytest.fixture
def gateway(storage: Storage, tmp_path: Path) -> Iterator[Callable[[str], StoredBackend]]:
    """Opens the home of a gateway by its name, all of one storage."""
    opened: list[StoredBackend] = []

    def home(name: str) -> StoredBackend:
        opened.append(StoredBackend(tmp_path / name, storage))
        return opened[-1]

    yield home
    for one in opened:
        one.close()


@pytest.fixture
def faulty(server: str, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyWay]:
    """A way to the same server for whoever asks from now on."""
    with faulty_way(server) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        yield way


@pytest.fixture
def led_astray(storage: Storage, faulty: FaultyWay, tmp_path: Path) -> Iterator[StoredBackend]:
    """A gateway that asks on the faulty way, and asks twice at most."""
    clients = ServiceClients(limits=FEW_TRIES)
    home = StoredBackend(tmp_path / "astray", Storage(clients, storage.bucket, storage.prefix))
    yield home
    home.close()
