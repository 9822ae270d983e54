"""Rollouts of new versions, and the processes that take part in them."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol

from stayline.domain.audit_events import AuditEvent
from stayline.domain.deployment import ALIVE, Heartbeat, Phase, Rollout, Traffic
from stayline.domain.trial_tally import TrialTally


class Deployments(Protocol):
    """Lets one rollout at a time change who answers; its time is that of the clock it was given.

    A rollout that nobody renews for `LEASE` counts as rolled back, whatever the clock does.
    """

    def traffic(self) -> Traffic:
        """Return who answers now; cheap enough to ask before every prediction."""
        ...

    def begin(self, rollout: Rollout) -> None:
        """Start a rollout; one that was abandoned is closed first, with its audit event.

        Raises `DeploymentRefused` while another one holds, and when the deployed version is not
        the one that it was compared with any more.
        """
        ...

    def check_ready(self, version: int) -> None:
        """Raise `DeploymentRefused` while another rollout holds.

        Raises `EndpointMissing` where a platform serves models, and has no endpoint to do so yet.
        """
        ...

    def advance(self, rollout_id: str, phase: Phase, seen: str = "") -> None:
        """Renew a rollout; say which phase it is in, and what was seen of it so far.

        Where a platform switches models itself, it does so in the phase of loading, and this comes
        back once the version answers everybody there; the rollout is renewed meanwhile.
        Raises `DeploymentRefused`, with the reason, when somebody ended it, or nobody renewed it
        in time.
        """
        ...

    def finish(
        self, rollout_id: str, phase: Phase, outcome: str, event: AuditEvent | None = None
    ) -> bool:
        """End a rollout that is under way, and audit it, in the same breath.

        Returns False for one that has ended, which stays; there the event is left out.
        """
        ...

    def note(self, rollout: Rollout, event: AuditEvent | None = None) -> None:
        """Keep a rollout that ended before it began, and audit it, in the same breath."""
        ...

    def rollouts(self) -> list[Rollout]:
        """Return all rollouts as they stand, oldest first."""
        ...

    def settle(self) -> str:
        """Finish what a killed process left, and say in words what that was; empty for nothing.

        An abandoned rollout is closed, with its audit event; a platform that went on with it goes
        back to the deployed version. Nothing is done while a rollout is under way. Raises what is
        in the way; then it is for the next time.
        """
        ...

    def report(self, heartbeat: Heartbeat) -> None:
        """Say that a worker is alive, and what it has seen."""
        ...

    def leave(self, worker_id: str) -> None:
        """Say that a worker has stopped; what it counted stays."""
        ...

    def workers(self, *, within: timedelta = ALIVE) -> list[Heartbeat]:
        """Return the last word of each worker that was heard of lately and has not left."""
        ...

    def tally(self, rollout_id: str) -> TrialTally:
        """Return what all workers, those that ended among them, counted of a rollout."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when all is whole."""
        ...


class Follower(Protocol):
    """An endpoint in a process that answers many requests, and so takes part in rollouts."""

    def follow(self, worker_id: str) -> AbstractContextManager[None]:
        """Load what is wanted beside what answers, and report it, until the block ends."""
        ...
