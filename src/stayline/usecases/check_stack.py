"""Say what of a stack on AWS is there and can be used, and what to do about the rest."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from stayline.domain.stack_checks import (
    BOOTSTRAP_STACK,
    ENDPOINT_QUOTAS,
    HEALTHY,
    QUOTAS,
    CheckOutcome,
    PartKind,
    StackFinding,
    StackPart,
    stack_outcome,
)
from stayline.errors import AwsRefused, StaylineError
from stayline.ports.stack_check import StackCheck

Found = TypeVar("Found")
_PASS, _FAIL, _UNTOLD = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.UNTOLD
_DEPLOY = "deploy it: `stayline aws deploy`"
_LATER = "it comes with the first model: `stayline models deploy`"


def check_stack(
    *, stack: StackCheck, name: str, region: str, account: str | None
) -> list[StackFinding]:
    """Return every check, passed or not; one that fails does not stop the others.

    ``account`` is the one the home names, if it does. Without credentials that AWS knows nothing
    else can be told, and nothing else is asked.
    """
    credentials = _credentials(stack, account)
    findings = [credentials, _region(stack, region)]
    if credentials.outcome is not _PASS:
        what = "the stack and its parts"
        return [*findings, StackFinding(what, _UNTOLD, "nothing can be asked without credentials")]
    findings += [_bootstrap(stack), _whole(stack, name)]
    states = {part: _asked(partial(stack.part_state, part)) for part in stack.parts()}
    is_served = any(
        part.kind is PartKind.ENDPOINT and state in HEALTHY[part.kind]
        for part, state in states.items()
    )
    findings += _quotas(stack, QUOTAS if is_served else {**QUOTAS, **ENDPOINT_QUOTAS})
    return [*findings, *(_part(part, state) for part, state in states.items())]


def _asked(ask: Callable[[], Found]) -> Found | StaylineError:
    try:
        return ask()
    except StaylineError as error:
        return error


def _credentials(stack: StackCheck, account: str | None) -> StackFinding:
    check, found = "credentials", _asked(stack.account)
    if isinstance(found, AwsRefused):
        advice = "sign in to AWS (`aws sso login`, or AWS_PROFILE and AWS_ACCESS_KEY_ID)"
        return StackFinding(check, _FAIL, str(found), advice)
    if isinstance(found, StaylineError):
        return StackFinding(check, _UNTOLD, str(found), "check the network and the region's name")
    if account is not None and found != account:
        told = f"they are of account {found}, the home is in {account}"
        return StackFinding(check, _FAIL, told, "use credentials of that account")
    return StackFinding(check, _PASS, f"account {found}")


def _region(stack: StackCheck, region: str) -> StackFinding:
    if stack.offers_sagemaker():
        return StackFinding("region", _PASS, region)
    advice = "if the name is right, AWS may have opened it since this client was made"
    return StackFinding("region", _UNTOLD, f"SageMaker is not known to be in {region}", advice)


def _bootstrap(stack: StackCheck) -> StackFinding:
    check = f"bootstrap stack {BOOTSTRAP_STACK}"
    return _of_stack(check, _asked(partial(stack.stack_state, BOOTSTRAP_STACK)))


def _whole(stack: StackCheck, name: str) -> StackFinding:
    return _of_stack(f"stack {name}", _asked(partial(stack.stack_state, name)))


def _of_stack(check: str, state: str | StaylineError | None) -> StackFinding:
    if isinstance(state, StaylineError):
        return StackFinding(check, _UNTOLD, str(state), "ask for the right to describe stacks")
    if state is None:
        return StackFinding(check, _FAIL, "it is not there", _DEPLOY)
    advice = {
        _PASS: "",
        _UNTOLD: "wait until the change is through",
        _FAIL: "look at the stack's events in CloudFormation, then deploy again",
    }
    outcome = stack_outcome(state)
    return StackFinding(check, outcome, state, advice[outcome])


def _quotas(stack: StackCheck, needed: Mapping[str, int]) -> Iterator[StackFinding]:
    found = _asked(stack.quotas)
    for name, least in needed.items():
        check = f"quota: {name}"
        if isinstance(found, StaylineError):
            advice = "look under Service Quotas, SageMaker"
            yield StackFinding(check, _UNTOLD, str(found), advice)
        elif name not in found:
            yield StackFinding(check, _UNTOLD, "AWS does not list it", "look at its name there")
        elif found[name] < least:
            told = f"{found[name]:g} of at least {least}"
            yield StackFinding(check, _FAIL, told, "ask for more under Service Quotas, SageMaker")
        else:
            yield StackFinding(check, _PASS, f"{found[name]:g}")


def _part(part: StackPart, state: str | StaylineError | None) -> StackFinding:
    check = f"{part.kind} {part.name}"
    if isinstance(state, StaylineError):
        return StackFinding(check, _UNTOLD, str(state), "ask for the right to describe it")
    if state in HEALTHY[part.kind]:
        return StackFinding(check, _PASS, str(state))
    if state is None:
        advice = _LATER if part.kind is PartKind.ENDPOINT else _DEPLOY
        return StackFinding(check, _FAIL, "it is not there", advice)
    advice = "look at it in the AWS console; while it changes, wait and look again"
    return StackFinding(check, _FAIL, state, advice)
