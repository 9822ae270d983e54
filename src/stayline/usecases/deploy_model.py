"""Put an approved model to work, step by step, with the one before it ready to go on."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from uuid import uuid4

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import Phase, Progress, Rollout, RolloutPlan
from stayline.domain.deployment_alarms import Alarm, readings, ringing, told
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.trial_tally import TrialTally
from stayline.errors import DeploymentRefused, ModelNotApproved, PackageRefused, StaylineError
from stayline.formats.captured_inputs import captured_inputs
from stayline.formats.model_archive import ModelArchive, read_archive
from stayline.formats.package_fit import foreign_inputs
from stayline.modelling.equality import check_equality
from stayline.modelling.predictor import Predictor
from stayline.modelling.shadow import ShadowRow, replay
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList

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


def deploy_model(
    version: int,
    *,
    by: str,
    registry: ModelRegistry,
    deployments: Deployments,
    features: FeatureStore,
    opt_outs: OptOutList,
    capture: CaptureLog,
    audit: AuditLog,
    clock: Clock,
    plan: RolloutPlan | None = None,
    pause: Callable[[float], None] = time.sleep,
    tell: Tell = lambda progress: None,
) -> ModelPackage:
    """Return the package that serves from now on, also after a restart.

    Its bytes are checked against the approved digest, its inputs against the feature store, its
    risks against XGBoost's; then it and the deployed model answer the same rows in the shadow.
    Where processes answer requests, each loads it beside the running one, it answers a few people,
    then everybody, and becomes the deployed one only when no alarm rang. Where none does, or
    nothing was deployed before, it becomes so at once. If this process ends at any moment before,
    the version before it serves within `LEASE`.

    ``pause`` waits that many seconds; ``tell`` hears how it goes. Raises `UnknownModel`,
    `ModelNotApproved`, `NothingImported`, `PackageRefused`, and `DeploymentRefused` with figures.
    """
    package, champion = registry.find(version), registry.deployed()
    if package.status is not ApprovalStatus.APPROVED:
        raise ModelNotApproved(version, package.status.value)
    plan = plan or RolloutPlan()
    now = clock.now()
    rollout = Rollout(
        str(uuid4()), version, package.digest, champion.version if champion else None,
        plan.canary_percent, by, now, now, Phase.SHADOW,
    )  # fmt: skip
    attempt = _Attempt(rollout, plan, registry, deployments, audit, clock, pause, tell)
    shadow, seen = TrialTally(), "there was no model to compare it with"
    try:
        archive = read_archive(registry.archive(package.digest), package.digest)
        foreign = list(foreign_inputs(archive.manifest, features.schema()))
        if foreign:
            remedy = "Deploy a version that was trained under the imported schema."
            raise DeploymentRefused(version, "; ".join(foreign), remedy)
        if champion is None or champion.digest != package.digest:
            attempt.tell(Progress(Phase.SHADOW, _equality(archive)))
        candidate = Predictor.from_archive(archive)
        before = None if champion is None else _predictor(champion, registry)
        if before is not None and champion != package:
            rows, people = _shadow_rows(plan.shadow_rows, features, opt_outs, capture, clock)
            shadow = replay(rows, people, candidate=candidate, champion=before)
            seen = attempt.judge(Phase.SHADOW, shadow)
        deployments.begin(replace(rollout, phase=Phase.LOADING))
    except StaylineError as refusal:
        attempt.refused(refusal, shadow)
        raise
    return attempt.carry_through(shadow, seen)


def _equality(archive: ModelArchive) -> str:
    """Prove that these trees say here what XGBoost says of them; raises `PackageRefused`."""
    report = check_equality(archive)
    return f"risks equal XGBoost's within {report.risk:.0e} on {report.rows} random and edge rows"


def _predictor(package: ModelPackage, registry: ModelRegistry) -> Predictor | None:
    """Return the deployed model to compare with, None when its package is damaged."""
    with suppress(PackageRefused):
        archive = read_archive(registry.archive(package.digest), package.digest)
        return Predictor.from_archive(archive)
    return None


def _shadow_rows(
    count: int, features: FeatureStore, opt_outs: OptOutList, capture: CaptureLog, clock: Clock
) -> tuple[list[ShadowRow], pl.DataFrame]:
    """Return the newest captured requests and, where they are fewer, the features of people.

    Nobody who has opted out is among them. What a request did not hold, because the model of then
    did not read it, comes from the person's features.
    """
    now, rows = clock.now(), list[ShadowRow]()
    barred = opt_outs.opted_out(at=now)
    for record in capture.newest(count) if count else ():
        values, token = captured_inputs(record) or ({}, None)
        stored = features.get(token) if token is not None and token not in barred else None
        if values and (token is None or stored is not None):
            rows.append(({**(stored.values if stored else {}), **values}, record.inferred_at))
    missing, people = count - len(rows), pl.DataFrame()
    for chunk in features.in_chunks(missing) if missing else ():
        found = chunk.filter(~pl.col(TOKEN).is_in(list(barred)))
        people = pl.concat([people, found], how="diagonal").head(missing)
        if people.height == missing:
            break
    return rows, people


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One rollout on its way, and what it needs."""

    rollout: Rollout
    plan: RolloutPlan
    registry: ModelRegistry
    deployments: Deployments
    audit: AuditLog
    clock: Clock
    pause: Callable[[float], None]
    tell: Tell

    def carry_through(self, shadow: TrialTally, seen: str) -> ModelPackage:
        """Try the version on people where there are workers, then make it the deployed one."""
        rollout_id, version = self.rollout.rollout_id, self.rollout.version
        tally = shadow
        try:
            self.deployments.advance(rollout_id, Phase.LOADING, seen)
            if self.rollout.from_version not in (None, version) and self.deployments.workers():
                self._record(AuditEventKind.DEPLOYMENT_STARTED, shadow)
                self._load(seen)
                tally = self._try()
            else:
                self.tell(
                    Progress(Phase.BAKING, "There is nobody to try it on; it serves at once.")
                )
            by, at = self.rollout.started_by, self.clock.now()
            deployed = self.registry.deploy(version, by=by, at=at, rollout_id=rollout_id)
        except DeploymentRefused as refusal:
            tally = self.deployments.tally(rollout_id)
            self.deployments.finish(rollout_id, Phase.ROLLED_BACK, str(refusal))
            self._record(AuditEventKind.DEPLOYMENT_ROLLED_BACK, tally)
            raise
        except BaseException as error:
            why = f"the deploying process was stopped ({type(error).__name__})"
            if self.deployments.finish(rollout_id, Phase.ROLLED_BACK, why):
                self._record(AuditEventKind.DEPLOYMENT_ROLLED_BACK, TrialTally())
            raise
        self._record(AuditEventKind.MODEL_DEPLOYED, tally)
        self.tell(Progress(Phase.COMPLETED, f"Version {version} is the deployed one."))
        return deployed

    def judge(self, phase: Phase, tally: TrialTally) -> str:
        """Tell what the alarms say; raise `DeploymentRefused` when one rings."""
        found = readings(tally, is_shift_allowed=bool(self.plan.shift_reason))
        self.tell(Progress(phase, told(found), found))
        rings = ringing(found)
        if rings:
            shifted = all(reading.alarm is Alarm.SCORE_SHIFT for reading in rings)
            problem = f"in phase {phase.value!r}, {told(rings)}"
            remedy = _SHIFTED if shifted else _SEE
            raise DeploymentRefused(self.rollout.version, problem, remedy)
        return f"{phase.value}: {told(found)}"

    def refused(self, refusal: StaylineError, shadow: TrialTally) -> None:
        """Keep what ended before it began."""
        now = self.clock.now()
        ended = replace(self.rollout, phase=Phase.REFUSED, ended_at=now, outcome=str(refusal))
        self.deployments.note(ended)
        self._record(AuditEventKind.DEPLOYMENT_REFUSED, shadow, type(refusal).__name__)

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
            if have == len(workers):
                return
            self.pause(TURN_S / 2)
        remedy = "See in the server's log what the others do, then deploy again."
        raise DeploymentRefused(version, f"after {LOADING_S:.0f} s, {text}", remedy)

    def _try(self) -> TrialTally:
        """Let it answer some people, then all, and look at the alarms; the clock plays no part."""
        tally = TrialTally()
        phases = [Phase.CANARY] if self.plan.canary_percent else []
        for phase in (*phases, Phase.BAKING):
            turns = ceil(self.plan.bake_s / TURN_S)
            seen = ""
            for _ in range(turns):
                self.deployments.advance(self.rollout.rollout_id, phase, seen)
                self.pause(self.plan.bake_s / turns)
                tally = self.deployments.tally(self.rollout.rollout_id)
                seen = self.judge(phase, tally)
            self.deployments.advance(self.rollout.rollout_id, phase, seen)
        return tally

    def _record(self, kind: AuditEventKind, tally: TrialTally, because: str = "") -> None:
        rollout = self.rollout
        details = {
            "digest": rollout.digest,
            "rollout_id": rollout.rollout_id,
            "from_version": rollout.from_version,
            "shift_reason": self.plan.shift_reason or None,
            "because": because or None,
            **tally.figures(),
        }
        at = self.clock.now()
        self.audit.append(AuditEvent(kind, rollout.started_by, str(rollout.version), at, details))
