from collections.abc import Iterator

import pytest

from fake_aws import new_stack, running_fake, variables
from faulty_aws import FaultyAws, faulty_aws
from stayline.adapters.aws.resources import Resources


@pytest.fixture(scope="module")
def fake_aws() -> Iterator[str]:
    """The address of a fake of AWS."""
    with running_fake() as address:
        yield address


@pytest.fixture
def stack(fake_aws: str, monkeypatch: pytest.MonkeyPatch) -> Resources:
    """A stack of its own in the fake, to which AWS's variables lead."""
    for name, value in variables(fake_aws).items():
        monkeypatch.setenv(name, value)
    return new_stack()


@pytest.fixture
def faulty(fake_aws: str, stack: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyAws]:
    """A way to the same stack for whoever makes clients from now on."""
    with faulty_aws(fake_aws) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        yield way
