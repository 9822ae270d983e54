"""Start a training where drift has gone on for long enough, once for each cause."""

from collections.abc import Sequence

from stayline.bootstrap import Ports
from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.monitoring import Watched
from stayline.domain.retraining import DriftCause, drift_cause
from stayline.errors import JobUnderWay
from stayline.jobs.job import NOBODY, Listener
from stayline.jobs.retraining import RETRAINING, training_under_way
from stayline.jobs.running import run_once
from stayline.settings import Settings


def retrain_on_drift(
    watched: Sequence[Watched], *, ports: Ports, settings: Settings, listener: Listener = NOBODY
) -> str:
    """Return in words what follows from the windows of late; empty where nothing does.

    ``watched`` are the newest windows, at least as many as must drift and those with too little
    evidence between them; those of other versions than the deployed one are left out. A training
    that cannot start now, because another one runs or a version of the schedule's still waits for
    its approval, is started after a later window, if drift goes on.
    """
    cause = _cause(watched, ports, settings)
    if cause is None:
        return ""
    waits = _in_the_way(cause, ports)
    if waits:
        return f"{cause.words} Nothing is trained yet: {waits}."
    try:
        with ports.jobs.alone(RETRAINING.name):
            return _trained(watched, ports, settings, listener)
    except JobUnderWay:
        return f"{cause.words} Nothing is trained yet: the job {RETRAINING.name!r} is under way."


def _trained(
    watched: Sequence[Watched], ports: Ports, settings: Settings, listener: Listener
) -> str:
    cause = _cause(watched, ports, settings)  # another process may have answered it meanwhile
    if cause is None:
        return ""
    run = run_once(
        RETRAINING,
        cause.until,
        ports=ports,
        settings=settings,
        by=SCHEDULE,
        cause=cause.words,
        model_version=cause.model_version,
        listener=listener,
    )
    if run is None:
        return ""
    is_done = run.outcome is RunOutcome.SUCCEEDED
    return f"{cause.words} {'' if is_done else 'The training failed: '}{run.message}"


def _cause(watched: Sequence[Watched], ports: Ports, settings: Settings) -> DriftCause | None:
    deployed = ports.registry.deployed()
    if deployed is None:
        return None
    return drift_cause(
        watched,
        version=deployed.version,
        windows=settings.watch_retrain_windows,
        runs=ports.jobs.runs(RETRAINING.name),
    )


def _in_the_way(cause: DriftCause, ports: Ports) -> str:
    under_way = training_under_way(ports)
    if under_way is not None:
        return f"execution {under_way.execution_id} is under way"
    waiting = [one.version for one in ports.registry.packages() if _waits(one, cause)]
    return f"version {waiting[-1]} waits for its approval" if waiting else ""


def _waits(package: ModelPackage, cause: DriftCause) -> bool:
    is_newer = package.version > cause.model_version and package.trained_by == SCHEDULE
    return is_newer and package.status is ApprovalStatus.PENDING
