"""One rollout on its way: loaded by the workers, tried on people, and then the deployed one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import LATELY, Phase, Progress, Rollout, RolloutPlan
from stayline.domain.deployment_alarms import Alarm, readings, ringing, told
from stayline.domain.model_package import ModelPackage
from stayline.domain.trial_tally import TrialTally
from stayline.errors import DeploymentRefused, StaylineError
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.model_registry import ModelRegistry

TURN_S = 0.5
"""How often the alarms are looked at."""
LOADING_S = 30.0
"""How long the workers may take to load the version."""
UNHEARD = timedelta(seconds=5)
"""How long a worker may be silent, loading, before it is not waited for any more."""
_SEE = "Read the figures with `stayline models deployments`; nothing else is to be done."
_SHIFTED = (
    "If the new version is meant to score otherwise, deploy it with --allow-shift --reason ..."
)

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rollout on its way, and what it needs."""

    rollout: Rollout
    plan: RolloutPlan
    registry: ModelRegistry
    deployments: Deployments
    audit: AuditLog
    clock: Clock
    pause: Callable[[float], None]
    tell: Tell

    def carry_through(self, shadow: TrialTally, seen: str, *, is_compared: bool) -> ModelPackage:
        """Try the version on people where there are workers, then make it the deployed one."""
        rollout_id, version = self.rollout.rollout_id, self.rollout.version
        try:
            self.deployments.advance(rollout_id, Phase.LOADING, seen)
            is_new = self.rollout.from_version not in (None, version)
            if is_new and self.deployments.workers(within=LATELY):
                self.audit.append(self._event(AuditEventKind.DEPLOYMENT_STARTED, shadow))
                self._load(seen)
                self._try(seen)
            else:
                self.tell(
                    Progress(Phase.BAKING, "There is nobody to try it on; it serves at once.")
                )
            trial = self.deployments.tally(rollout_id)
            if is_compared and (shadow + trial).is_empty:
                self._go_without_evidence(seen)
            event = self._event(AuditEventKind.MODEL_DEPLOYED, shadow, trial)
            deployed = self.registry.deploy(
                version, by=event.actor, at=event.at, rollout_id=rollout_id, event=event
            )
        except BaseException as error:
            why = f"the deploying process was stopped ({type(error).__name__})"
            if isinstance(error, DeploymentRefused):
                why = str(error)
            trial = self.deployments.tally(rollout_id)
            event = self._event(AuditEventKind.DEPLOYMENT_ROLLED_BACK, shadow, trial)
            self.deployments.finish(rollout_id, Phase.ROLLED_BACK, f"{why} Before, {seen}", event)
            raise
        self.tell(Progress(Phase.COMPLETED, f"Version {version} is the deployed one."))
        return deployed

    def judge(self, phase: Phase, tally: TrialTally) -> str:
        """Tell what the alarms say; raise `DeploymentRefused` when one rings."""
        found = readings(tally, is_shift_allowed=self.plan.is_shift_allowed)
        self.tell(Progress(phase, told(found), found))
        rings = ringing(found)
        if rings:
            shifted = all(reading.alarm is Alarm.SCORE_SHIFT for reading in rings)
            problem = f"in phase {phase.value!r}, {told(rings)}"
            remedy = _SHIFTED if shifted else _SEE
            raise DeploymentRefused(self.rollout.version, problem, remedy)
        return f"{phase.value}: {told(found)}"

    def refused(self, refusal: Exception, shadow: TrialTally) -> None:
        """Keep what ended before it began."""
        because = type(refusal).__name__
        outcome = str(refusal) if isinstance(refusal, StaylineError) else f"it failed ({because})"
        event = self._event(AuditEventKind.DEPLOYMENT_REFUSED, shadow, because=because)
        ended = replace(self.rollout, phase=Phase.REFUSED, ended_at=event.at, outcome=outcome)
        self.deployments.note(ended, event)

    def _go_without_evidence(self, seen: str) -> None:
        """Say that nothing is known of the version; raise `DeploymentRefused` without a reason."""
        if not self.plan.reason:
            problem = "there is no evidence: no row was answered, neither in the shadow nor after"
            remedy = "Deploy it with a shadow, or say why it may serve unseen with --reason ..."
            raise DeploymentRefused(self.rollout.version, problem, remedy)
        outcome = f"no evidence; {seen}"
        self.deployments.advance(self.rollout.rollout_id, Phase.BAKING, outcome)
        self.tell(Progress(Phase.BAKING, f"There is no evidence: {self.plan.reason}"))

    def _load(self, seen: str) -> None:
        """Wait until every worker has the version in memory."""
        version, rollout_id = self.rollout.version, self.rollout.rollout_id
        for _ in range(ceil(LOADING_S / TURN_S * 2)):
            self.deployments.advance(rollout_id, Phase.LOADING, seen)
            workers = self.deployments.workers(within=UNHEARD)
            for worker in workers:
                if version in worker.refused:
                    problem = f"worker {worker.worker_id} refused it: {worker.refused[version]}"
                    raise DeploymentRefused(version, problem, _SEE)
            have = sum(version in worker.loaded for worker in workers)
            text = f"{have} of {len(workers)} workers have loaded it"
            self.tell(Progress(Phase.LOADING, text))
            if workers and have == len(workers):
                return
            self.pause(TURN_S / 2)
        remedy = "See in the server's log what the others do, then deploy again."
        raise DeploymentRefused(version, f"after {LOADING_S:.0f} s, {text}", remedy)

    def _try(self, before: str) -> None:
        """Let it answer some people, then all, and look at the alarms; the clock plays no part."""
        phases = [Phase.CANARY] if self.plan.canary_percent else []
        for phase in (*phases, Phase.BAKING):
            turns = ceil(self.plan.bake_s / TURN_S)
            seen = before
            for _ in range(turns):
                self.deployments.advance(self.rollout.rollout_id, phase, seen)
                self.pause(self.plan.bake_s / turns)
                tally = self.deployments.tally(self.rollout.rollout_id)
                seen = f"{before}; {self.judge(phase, tally)}"
            self.deployments.advance(self.rollout.rollout_id, phase, seen)

    def _event(
        self,
        kind: AuditEventKind,
        shadow: TrialTally,
        trial: TrialTally | None = None,
        *,
        because: str = "",
    ) -> AuditEvent:
        """Return what is audited; the figures of the shadow and of the trial stay apart."""
        rollout, trial = self.rollout, trial or TrialTally()
        details = {
            "digest": rollout.digest,
            "rollout_id": rollout.rollout_id,
            "from_version": rollout.from_version,
            "reason": self.plan.reason or None,
            "is_shift_allowed": self.plan.is_shift_allowed,
            "is_without_evidence": (shadow + trial).is_empty,
            "because": because or None,
            **{f"shadow_{name}": figure for name, figure in shadow.figures().items()},
            **{f"trial_{name}": figure for name, figure in trial.figures().items()},
        }
        at = self.clock.now()
        return AuditEvent(kind, rollout.started_by, str(rollout.version), at, details)
