"""The backends that every port suite runs on; another adapter family joins by one more name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_backend import AwsBackend
from fake_aws import running_fake, variables
from fake_feature_store import FakeFeatureStore, running_feature_store
from postgres_server import PostgresServer
from stored_backend import ShippedBackend, StoredBackend, new_storage
from stores import Backend, EmbeddedBackend, PostgresBackend


@pytest.fixture(scope="session")
def fake_aws() -> Iterator[str]:
    """The address of a fake of AWS that all suites share, each test with a stack of its own."""
    with running_fake() as address:
        yield address


@pytest.fixture(scope="session")
def fake_feature_store() -> Iterator[FakeFeatureStore]:
    """A fake of the one service that moto lacks; each stack has feature groups of its own."""
    with running_feature_store() as store:
        yield store


@pytest.fixture
def aws_variables(
    fake_aws: str, fake_feature_store: FakeFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets AWS's own clients, here and in processes that a test starts, find the fakes."""
    runtime = "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME"
    for name, value in {**variables(fake_aws), runtime: fake_feature_store.address}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def emptied_url(postgres: PostgresServer) -> str:
    """The address of a database that is emptied after each test, quicker than making one."""
    postgres.execute("CREATE DATABASE emptied TEMPLATE made")
    return postgres.url_of("emptied")


IN_STORAGE = {
    "test_capture_log_contract": ["storage", "shipped"],
    "test_feature_store": ["storage"],
    "test_model_registry_contract": ["storage"],
    "test_remnants_contract": ["storage", "shipped"],
    "test_report_shelf_contract": ["storage"],
    "test_who_has_left": ["storage"],
}
"""The suites of what the embedded adapters can keep on object storage, too."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each suite on every backend that keeps something else than another one."""
    if "backend" in metafunc.fixturenames:
        more = IN_STORAGE.get(metafunc.module.__name__.rpartition(".")[2], [])
        metafunc.parametrize("backend", ["embedded", "postgres", "aws", *more], indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "embedded":
        opened: Backend = EmbeddedBackend(tmp_path)
    elif request.param == "postgres":
        server = request.getfixturevalue("postgres")
        opened = PostgresBackend(tmp_path, request.getfixturevalue("emptied_url"), server)
    elif request.param == "aws":
        request.getfixturevalue("aws_variables")
        opened = AwsBackend()
    else:
        request.getfixturevalue("aws_variables")
        kind = StoredBackend if request.param == "storage" else ShippedBackend
        opened = kind(tmp_path, new_storage())
    yield opened
    opened.close()
