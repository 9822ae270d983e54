"""How an endpoint goes over to another configuration: one answer for the stack and the deployer."""

from collections.abc import Mapping, Sequence
from typing import Any

VARIANT = "AllTraffic"
"""The one variant; a blue/green update needs the same name before and after it."""
CANARY_PERCENT, BAKE_S = 50, 600
_LONGEST_S = 3600 + 2 * BAKE_S


def guardrails(
    alarms: Sequence[str], *, instances: int, at_once: bool = False
) -> Mapping[str, Any] | None:
    """Return the ``DeploymentConfig`` for an endpoint on so many instances, 0 for a serverless one.

    SageMaker lets a canary have no more than half of the instances, so it takes two: with one, all
    traffic goes over together, and back when an alarm rings within the baking time. A serverless
    endpoint takes no such configuration at all: None. ``at_once`` leaves out canary and baking.
    API and CloudFormation have the same words for it.
    """
    if not instances:
        return None
    bake_s = 0 if at_once else BAKE_S
    is_canary = instances > 1 and not at_once
    routing: dict[str, Any] = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    if is_canary:
        size = {"Type": "CAPACITY_PERCENT", "Value": CANARY_PERCENT}
        routing = {"Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": bake_s}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": bake_s,
            "MaximumExecutionTimeoutInSeconds": _LONGEST_S,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]},
    }
