"""What the books in DynamoDB say when AWS does not do as it is asked."""

import time
from collections.abc import Callable

import pytest

from fake_aws import Killed, die, just_before
from faulty_way import Fault, answering, refusal
from stayline.adapters.aws.api_key_book import DynamoApiKeyBook
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.decision_book import DynamoDecisionBook
from stayline.adapters.aws.governance_register import DynamoGovernanceRegister
from stayline.adapters.aws.import_ledger import DynamoImportLedger
from stayline.adapters.aws.opt_out_list import DynamoOptOutList
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.role_book import DynamoRoleBook
from stayline.adapters.aws.scoring_control import DynamoScoringControl
from stayline.adapters.aws.target_health import DynamoTargetHealth
from stayline.domain.register.retention import LegalHold
from stayline.domain.rollout_scope import EVERYONE
from stayline.errors import AwsRefused, StoreUnavailable
from stayline.ports.scoring_control import FRESH_S
from stores import ANA, NOON, SetClock

Asked = Callable[[Clients], object]
LedTo = Callable[[str], Clients]
READS: dict[str, Asked] = {
    "api keys": lambda c: DynamoApiKeyBook(c).find("k"),
    "decisions": lambda c: DynamoDecisionBook(c).decisions(ANA),
    "everybody's decisions": lambda c: DynamoDecisionBook(c).ages(NOON),
    "health": lambda c: DynamoTargetHealth(c).failing_since("target"),
    "imports": lambda c: DynamoImportLedger(c).records(),
    "opt-outs": lambda c: DynamoOptOutList(c, None).is_opted_out(ANA, at=NOON),
    "register": lambda c: DynamoGovernanceRegister(c).entries(LegalHold),
    "roles": lambda c: DynamoRoleBook(c).roles_of("u", at=NOON),
    "rules": lambda c: DynamoScoringControl(c, SetClock()).scope(),
}


@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_expired_credentials_are_for_somebody_to_set_right(ask: Asked, led_to: LedTo) -> None:
    with (
        answering({"": refusal("ExpiredTokenException")}) as address,
        pytest.raises(AwsRefused, match="the credentials have expired"),
    ):
        ask(led_to(address))


@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_a_refusal_that_may_pass_is_told_as_that(ask: Asked, led_to: LedTo) -> None:
    with (
        answering({"": refusal("ValidationException")}) as address,
        pytest.raises(StoreUnavailable, match="AWS answered ValidationException"),
    ):
        ask(led_to(address))


@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_an_answer_cut_off_is_not_taken_for_an_empty_one(ask: Asked, led_to: LedTo) -> None:
    with (
        answering({"": Fault(200, '{"Items":[],"It', is_cut=True)}) as address,
        pytest.raises(StoreUnavailable),
    ):
        ask(led_to(address))


@pytest.mark.parametrize(
    ("status", "code"), [(400, "ThrottlingException"), (500, "InternalServerError")]
)
def test_nobody_scores_while_the_rules_cannot_be_read(
    status: int, code: str, led_to: LedTo
) -> None:
    with answering({"": refusal(code, status)}) as address:
        control = DynamoScoringControl(led_to(address), SetClock())
        with pytest.raises(StoreUnavailable, match=code):
            control.scope()


@pytest.mark.quiet
def test_rules_that_were_read_are_not_gone_by_for_longer_than_promised(stack: Resources) -> None:
    clients = Clients(stack)
    just_before(clients, "dynamodb.GetItem", die, nth=2)
    control = DynamoScoringControl(clients, SetClock())
    assert control.scope() == EVERYONE
    assert control.scope() == EVERYONE
    time.sleep(FRESH_S)
    with pytest.raises(Killed):
        control.scope()
