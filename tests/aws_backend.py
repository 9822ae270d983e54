"""The AWS adapters over a stack of their own in a fake AWS, with every call they make recorded."""

from collections import defaultdict
from typing import TypeVar

import pytest

from fake_aws import new_stack, recording
from linked_tokens import LinkedTokens
from stayline.adapters.aws.api_key_book import DynamoApiKeyBook
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.decision_book import DynamoDecisionBook
from stayline.adapters.aws.governance_register import DynamoGovernanceRegister
from stayline.adapters.aws.import_ledger import DynamoImportLedger
from stayline.adapters.aws.opt_out_list import DynamoOptOutList
from stayline.adapters.aws.role_book import DynamoRoleBook
from stayline.adapters.aws.scoring_control import DynamoScoringControl
from stayline.adapters.aws.target_health import DynamoTargetHealth
from stayline.adapters.aws.waiver_book import DynamoWaiverBook
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.role_book import RoleBook
from stayline.ports.scoring_control import ScoringControl
from stayline.ports.target_health import TargetHealth
from stayline.ports.waiver_book import WaiverBook
from stores import Backend

Adapter = TypeVar("Adapter")
CALLS_MADE: dict[type, set[str]] = defaultdict(set)
"""What each adapter asked AWS for in this process, ``dynamodb.get_item``."""


class AwsBackend:
    """Opens each adapter anew, with new clients, on the same stack."""

    def __init__(self) -> None:
        self._resources = new_stack()

    def api_keys(self) -> ApiKeyBook:
        return self._open(DynamoApiKeyBook)

    def control(self, clock: Clock) -> ScoringControl:
        return self._open(DynamoScoringControl, clock)

    def decisions(self) -> DecisionBook:
        return self._open(DynamoDecisionBook)

    def health(self) -> TargetHealth:
        return self._open(DynamoTargetHealth)

    def imports(self) -> ImportLedger:
        return self._open(DynamoImportLedger)

    def opt_outs(self) -> OptOutList:
        return self._open(DynamoOptOutList, LinkedTokens(Clients(self._resources)))

    def register(self) -> GovernanceRegister:
        return self._open(DynamoGovernanceRegister)

    def roles(self) -> RoleBook:
        return self._open(DynamoRoleBook)

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
        if not hasattr(Backend, port):  # hypothesis asks for hooks of its own
            raise AttributeError(port)
        pytest.skip(f"no adapter of AWS for {port} yet")
