"""Put an approved model to work, step by step, with the one before it ready to go on."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from stayline.domain.deployment import Phase, Progress, Rollout, RolloutPlan
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.trial_tally import TrialTally
from stayline.errors import DeploymentRefused, ModelNotApproved, PackageRefused
from stayline.formats.model_archive import ModelArchive, read_archive
from stayline.formats.package_fit import foreign_inputs
from stayline.modelling.equality import check_equality
from stayline.modelling.predictor import Predictor
from stayline.modelling.shadow import replay
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.feature_store import FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.scoring_control import ScoringControl
from stayline.usecases.deploy_model.attempt import Attempt, Tell
from stayline.usecases.deploy_model.shadow_rows import shadow_rows


def deploy_model(
    version: int,
    *,
    by: str,
    registry: ModelRegistry,
    deployments: Deployments,
    features: FeatureStore,
    opt_outs: OptOutList,
    control: ScoringControl,
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
    `ModelNotApproved`, `NothingImported`, `PackageRefused`, `EndpointMissing`, and
    `DeploymentRefused` with figures.
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
    attempt = Attempt(rollout, plan, registry, deployments, audit, clock, pause, tell)
    shadow, seen = TrialTally(), "there was no model to compare it with"
    try:
        deployments.check_ready(version)
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
            rows = shadow_rows(plan.shadow_rows, features, opt_outs, control, capture, clock)
            shadow = replay(rows, candidate=candidate, champion=before)
            seen = attempt.judge(Phase.SHADOW, shadow)
        deployments.begin(replace(rollout, phase=Phase.LOADING))
    except Exception as refusal:
        attempt.refused(refusal, shadow)
        raise
    is_compared = before is not None and champion != package
    return attempt.carry_through(shadow, seen, is_compared=is_compared)


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
