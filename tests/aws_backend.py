"""The AWS adapters over a stack of their own in a fake AWS, with every call they make recorded."""

from collections import defaultdict
from typing import TypeVar

import pytest

from fake_aws import new_stack, recording
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.feature_store import SageMakerFeatureStore
from stayline.adapters.aws.waiver_book import DynamoWaiverBook
from stayline.ports.feature_store import FeatureStore
from stayline.ports.waiver_book import WaiverBook

Adapter = TypeVar("Adapter")
CALLS_MADE: dict[type, set[str]] = defaultdict(set)
"""What each adapter asked AWS for in this process, ``dynamodb.get_item``."""


class AwsBackend:
    """Opens each adapter anew, with new clients, on the same stack."""

    def __init__(self) -> None:
        self._resources = new_stack()

    def features(self) -> FeatureStore:
        return self._open(SageMakerFeatureStore)

    def waivers(self) -> WaiverBook:
        return self._open(DynamoWaiverBook)

    def close(self) -> None:
        for adapter, calls in CALLS_MADE.items():
            undeclared = calls - adapter.CALLS
            assert not undeclared, f"{adapter.__name__} makes calls it does not declare"

    def _open(self, adapter: type[Adapter], *rest: object) -> Adapter:
        clients = Clients(self._resources)
        recording(clients, CALLS_MADE[adapter])
        return adapter(clients, *rest)

    def __getattr__(self, port: str) -> object:
        pytest.skip(f"no adapter of AWS for {port} yet")
