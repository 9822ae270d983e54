"""The backends that every port suite runs on; another adapter family joins by one more name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_backend import CALLS_MADE, AwsBackend
from fake_aws import running_fake, variables
from stores import Backend, EmbeddedBackend

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def fake_aws(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fake of AWS that all suites share, each test with a stack of its own.

    Where all suites ran, every call that an adapter declares was made by one of them.
    """
    with running_fake() as address:
        yield address
    suites = {item.path for item in request.session.items if item.path.parent == HERE}
    if suites == set(HERE.glob("test_*.py")) and not request.config.option.keyword:
        unused = {one.__name__: one.CALLS - made for one, made in CALLS_MADE.items()}
        assert {name: calls for name, calls in unused.items() if calls} == {}


@pytest.fixture(params=["embedded", "aws"])
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    if request.param == "embedded":
        opened: Backend = EmbeddedBackend(tmp_path)
    else:
        for name, value in variables(request.getfixturevalue("fake_aws")).items():
            monkeypatch.setenv(name, value)
        opened = AwsBackend()
    yield opened
    opened.close()
