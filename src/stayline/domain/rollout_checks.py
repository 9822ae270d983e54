"""What a rollout must not do: begin beside another one, or go on once it has ended."""

from datetime import datetime

from stayline.domain.deployment import Rollout
from stayline.errors import DeploymentRefused


def check_alone(other: Rollout | None, *, version: int, at: datetime) -> None:
    """Raise `DeploymentRefused` while another rollout, the open one, holds."""
    if other is not None and other.holds(at):
        raise DeploymentRefused(
            version,
            f"version {other.version} is being deployed by {other.started_by!r} "
            f"({other.phase.value})",
            "Wait until it is through, or end it with `stayline models rollback`.",
        )


def check_deployed(rollout: Rollout, deployed: int | None) -> None:
    """Raise `DeploymentRefused` for one that was compared with another than the deployed version.

    That one would answer for people whom nobody has looked at with it.
    """
    if deployed != rollout.from_version:
        raise DeploymentRefused(
            rollout.version,
            f"version {deployed} was deployed meanwhile, in place of {rollout.from_version}",
            "Deploy it again, so that it is compared with that one.",
        )


def check_under_way(rollout: Rollout, at: datetime | None) -> None:
    """Raise `DeploymentRefused`, with why, for one that was ended, or is abandoned ``at``."""
    as_it_is = rollout if at is None else rollout.as_of(at)
    if as_it_is.ended_at is not None:
        raise DeploymentRefused(
            rollout.version,
            f"it was {as_it_is.phase.value}: {as_it_is.outcome}",
            "See `stayline models deployments`.",
        )
