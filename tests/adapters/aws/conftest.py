from collections.abc import Callable, Iterator

import pytest

from fake_aws import new_stack, running_fake, variables
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources


@pytest.fixture(scope="session")
def fake_aws() -> Iterator[str]:
    """The address of a fake of AWS that these tests share, each with a stack of its own."""
    with running_fake() as address:
        yield address


@pytest.fixture
def stack(fake_aws: str, monkeypatch: pytest.MonkeyPatch) -> Resources:
    """An empty stack, to which the usual variables lead."""
    for name, value in variables(fake_aws).items():
        monkeypatch.setenv(name, value)
    return new_stack()


@pytest.fixture
def led_to(stack: Resources, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Clients]:
    """Clients of the stack that ask another address."""

    def clients(address: str) -> Clients:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        return Clients(stack)

    return clients
