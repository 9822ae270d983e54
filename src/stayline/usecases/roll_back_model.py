"""Go back to the version before, at once."""

from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import Phase, Rollout
from stayline.domain.model_package import ModelPackage
from stayline.errors import NothingToRollBack
from stayline.formats.model_archive import read_archive
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.model_registry import ModelRegistry


def roll_back_model(
    *,
    by: str,
    reason: str,
    registry: ModelRegistry,
    deployments: Deployments,
    clock: Clock,
) -> ModelPackage:
    """Return the package that serves from now on.

    While a version is being deployed, that one is taken back and the deployed one goes on.
    Otherwise the other version that was deployed last takes over, so rolling back twice undoes
    itself; to go further back, deploy the version of your choice. Raises `NothingToRollBack`, and
    `PackageRefused` when the version to go back to is damaged.
    """
    deployed, now = registry.deployed(), clock.now()
    if deployed is None:
        raise NothingToRollBack
    for rollout in deployments.rollouts():
        outcome = f"taken back by {by}: {reason}"
        if rollout.ended_at is None and deployments.finish(
            rollout.rollout_id,
            Phase.ROLLED_BACK,
            outcome,
            _event(rollout.version, deployed, by, reason, clock),
        ):
            return deployed
    previous = registry.previous()
    if previous is None:
        raise NothingToRollBack
    read_archive(registry.archive(previous.digest), previous.digest)
    rollout = Rollout(
        str(uuid4()), previous.version, previous.digest, deployed.version, 100, by, now, now,
        Phase.LOADING,
    )  # fmt: skip
    deployments.begin(rollout)
    deployments.advance(rollout.rollout_id, Phase.LOADING, f"roll-back: {reason}")
    event = _event(deployed.version, previous, by, reason, clock)
    return registry.deploy(
        previous.version, by=by, at=event.at, rollout_id=rollout.rollout_id, event=event
    )


def _event(version: int, back: ModelPackage, by: str, reason: str, clock: Clock) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.MODEL_ROLLED_BACK,
        actor=by,
        subject=str(version),
        at=clock.now(),
        details={"digest": back.digest, "to_version": back.version, "reason": reason},
    )
