"""The backends that every port suite runs on; another adapter family joins by one more name."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_backend import CALLS_MADE, AwsBackend
from fake_aws import running_fake, variables
from fake_feature_store import FakeFeatureStore, running_feature_store
from stores import Backend, EmbeddedBackend

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def fake_aws(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fake of AWS that all suites share, each test with a stack of its own.

    Where all suites ran in this one process, every call that an adapter declares was made by one.
    """
    with running_fake() as address:
        yield address
    suites = {item.path for item in request.session.items if item.path.parent == HERE}
    is_all = suites == set(HERE.glob("test_*.py")) and not request.config.option.keyword
    if is_all and "PYTEST_XDIST_WORKER" not in os.environ:
        unused = {one.__name__: one.CALLS - made for one, made in CALLS_MADE.items()}
        assert {name: calls for name, calls in unused.items() if calls} == {}


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


@pytest.fixture(params=["embedded", "aws"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "embedded":
        opened: Backend = EmbeddedBackend(tmp_path)
    else:
        request.getfixturevalue("aws_variables")
        opened = AwsBackend()
    yield opened
    opened.close()
