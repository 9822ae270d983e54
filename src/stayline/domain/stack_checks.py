"""What a stack on AWS must have, and what was found of it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

BOOTSTRAP_STACK = "CDKToolkit"
"""The stack through which the CDK puts files into an account; there is one a region."""


class PartKind(StrEnum):
    """The kinds of parts that the product itself uses."""

    TABLE = "table"
    BUCKET = "bucket"
    SECRET = "secret"  # noqa: S105  (a kind)
    FEATURE_GROUP = "feature group"
    MODEL_GROUP = "model package group"
    PIPELINE = "pipeline"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class StackPart:
    """One part of a stack."""

    kind: PartKind
    name: str


class CheckOutcome(StrEnum):
    """What a check came to; what AWS would not or could not say is no failure."""

    PASS = "pass"  # noqa: S105  (no password)
    FAIL = "fail"
    UNTOLD = "could not be told"


@dataclass(frozen=True, slots=True)
class StackFinding:
    """One check: what was found, and what to do about it where it did not pass."""

    check: str
    outcome: CheckOutcome
    found: str
    advice: str = ""


HEALTHY: Mapping[PartKind, AbstractSet[str]] = {
    PartKind.TABLE: {"ACTIVE", "UPDATING"},
    PartKind.BUCKET: {"there"},
    PartKind.SECRET: {"there"},
    PartKind.FEATURE_GROUP: {"Created"},
    PartKind.MODEL_GROUP: {"Completed"},
    PartKind.PIPELINE: {"Active"},
    PartKind.ENDPOINT: {"InService", "Updating", "SystemUpdating"},
}
"""In which states each kind can be used."""

_DEPLOYED_STATES = frozenset(
    {
        *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        *("UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"),
    }
)
"""States of a whole stack in which its parts can be used."""

QUOTAS: Mapping[str, int] = {
    "ml.t3.medium for processing job usage": 1,
    "ml.m5.large for training job usage": 1,
}
"""What SageMaker must permit, as Service Quotas names it; a new account often has 0 of them."""

ENDPOINT_QUOTAS: Mapping[str, int] = {"ml.m8g.medium for endpoint usage": 2}
"""The same for an endpoint on an instance; while a version replaces another there are two."""


def stack_outcome(state: str) -> CheckOutcome:
    """Return what the state of a whole stack means for whoever would use its parts.

    >>> stack_outcome("UPDATE_IN_PROGRESS"), stack_outcome("ROLLBACK_COMPLETE")
    (<CheckOutcome.UNTOLD: 'could not be told'>, <CheckOutcome.FAIL: 'fail'>)
    """
    if state in _DEPLOYED_STATES:
        return CheckOutcome.PASS
    return CheckOutcome.UNTOLD if state.endswith("_IN_PROGRESS") else CheckOutcome.FAIL
