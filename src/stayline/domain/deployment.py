"""A new version on its way to everybody: which phase it is in, and who is at work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment_alarms import Reading
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.trial_tally import TrialTally

LEASE = timedelta(seconds=3)
"""How long a rollout holds without its deploying process saying that it is still there."""
_AHEAD = timedelta(seconds=1)
ALIVE = timedelta(seconds=2)
"""How long after its last word a worker counts as alive."""
LATELY = timedelta(seconds=30)
"""For so long a worker that has not said that it leaves is thought to come back."""
ABANDONED = "the deploying process ended before it was through"


class Phase(StrEnum):
    """How far a rollout has come; the last three are final.

    In the shadow it is tried on past requests, and nobody but the deploying process knows of it.
    """

    SHADOW = "shadow"
    LOADING = "loading"
    CANARY = "canary"
    BAKING = "baking"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled back"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """How carefully a version is brought in.

    ``shadow_rows`` requests are answered by both models first. Then the version answers
    ``canary_percent`` of 100 people for ``bake_s`` seconds, and everybody for as long again, before
    it counts as deployed. ``reason`` says why it may score otherwise than the one before
    (``is_shift_allowed``), or why it may serve without any evidence.
    """

    shadow_rows: int = 1000
    canary_percent: int = 10
    bake_s: float = 30.0
    reason: str = ""
    is_shift_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Rollout:
    """One attempt to deploy a version; it ends as completed, rolled back or refused.

    It holds only while its lease is renewed, so that one whose process was killed ends by itself.
    ``outcome`` says in words what was seen of it, and why it ended.
    """

    rollout_id: str
    version: int
    digest: str
    from_version: int | None
    canary_percent: int
    started_by: str
    started_at: datetime
    renewed_at: datetime
    phase: Phase = Phase.LOADING
    ended_at: datetime | None = None
    outcome: str = ""

    @property
    def share(self) -> int:
        """How many of 100 people the version answers now."""
        return share_of(self.phase, self.canary_percent)

    def holds(self, at: datetime) -> bool:
        """Whether it goes on, its process having said so lately.

        A word from the future is from before the clock was set back, and worth nothing.
        """
        return self.ended_at is None and lease_holds(self.renewed_at, at)

    def as_of(self, at: datetime) -> "Rollout":
        """Return it as it stands: one that was abandoned is rolled back."""
        if self.ended_at is not None or self.holds(at):
            return self
        ended_at = self.renewed_at + LEASE
        return replace(self, phase=Phase.ROLLED_BACK, ended_at=ended_at, outcome=ABANDONED)


def abandonment(rollout: Rollout, *, at: datetime) -> AuditEvent:
    """Return the event of a rollout whose process was killed, as who finds it writes it down."""
    return AuditEvent(
        AuditEventKind.DEPLOYMENT_ROLLED_BACK,
        actor=rollout.started_by,
        subject=str(rollout.version),
        at=at,
        details={
            "digest": rollout.digest,
            "rollout_id": rollout.rollout_id,
            "from_version": rollout.from_version,
            "because": ABANDONED,
        },
    )


def share_of(phase: Phase, canary_percent: int) -> int:
    """Return how many of 100 people a version answers in that phase."""
    return {Phase.CANARY: canary_percent, Phase.BAKING: 100}.get(phase, 0)


def lease_holds(renewed_at: datetime, at: datetime) -> bool:
    """Whether a lease renewed at one instant holds at another."""
    return -_AHEAD <= at - renewed_at < LEASE


@dataclass(frozen=True, slots=True)
class Progress:
    """What a deployment tells while it is under way."""

    phase: Phase
    text: str
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who answers: the deployed model, and a candidate on trial for ``share`` of 100 people."""

    champion: ModelIdentity | None
    candidate: ModelIdentity | None = None
    share: int = 0
    rollout_id: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a process that answers requests says of itself several times a second.

    ``loaded`` are the versions it has in memory, ``refused`` those it cannot load, with the reason;
    ``tally`` counts the rollout under way.
    """

    worker_id: str
    loaded: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    rollout_id: str = ""
    tally: TrialTally = field(default_factory=TrialTally)
