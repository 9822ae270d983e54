"""Deploy a version that was approved, where that is still to be done."""

from collections.abc import Callable

from stayline.domain.model_package import ModelPackage
from stayline.errors import EndpointMissing
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.model_registry import ModelRegistry


def deploy_if_needed(
    version: int,
    *,
    registry: ModelRegistry,
    deployments: Deployments,
    clock: Clock,
    deploy: Callable[[int], ModelPackage],
) -> tuple[ModelPackage, str]:
    """Return the version's package and, in words, what came of it.

    For what follows an approval, by a person or by an event that comes twice or late. It is well
    that the version serves, that somebody is deploying it, and that there is no endpoint yet: the
    stack makes one, and the version is then deployed. ``deploy`` takes it to work. Raises
    `UnknownModel`, and what ``deploy`` raises otherwise.
    """
    package, deployed = registry.find(version), registry.deployed()
    if deployed is not None and deployed.version == version:
        return package, "It serves already."
    now = clock.now()
    for rollout in deployments.rollouts():
        if rollout.version == version and rollout.holds(now):
            return package, f"{rollout.started_by} is deploying it."
    try:
        return deploy(version), "It serves from now on."
    except EndpointMissing as missing:
        return package, str(missing)
