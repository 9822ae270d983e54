"""Try the stop switch on a running server: how long until nobody scores, and is that so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.register.oversight import StopDrill
from stayline.domain.scoring_rules import Rule, RuleChange
from stayline.errors import DrillFailed, NotStopped
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.governance_register import Entry, GovernanceRegister
from stayline.ports.scoring_control import ScoringControl

SUBJECT = "scoring"
HOLD_S = 1.0
"""How long scoring stays off once all refuse, to see that nobody scores meanwhile."""
LONGEST_S = 10.0
_ASK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class WorkerTold:
    """What one worker said of itself."""

    worker: str
    is_stopped: bool


def drill_stop_switch(
    *,
    by: str,
    ask: Callable[[], WorkerTold],
    deployments: Deployments,
    control: ScoringControl,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    pause: Callable[[float], None],
) -> StopDrill:
    """Return how the drill went, which is on record; scoring goes on as before.

    ``ask`` puts the question to whichever worker takes it; it raises `DrillFailed` when none does,
    and nothing is stopped before one answered. All workers of which there is a sign of life must
    say that they are stopped. Then the audit log is read for scores since: the log, and not the
    workers, says what was served. Killed in the middle, the drill leaves scoring stopped: that it
    stays off unseen is the lesser harm, and `stayline scoring-state` tells. Raises `NotStopped`
    where scoring is stopped already, and `DrillFailed`, with the drill on record, where a worker
    goes on or a score was served.
    """
    ask()
    drill_id = str(uuid4())
    why = f"A drill of the stop switch ({drill_id[:8]}), which ends it by itself within seconds."
    stop = RuleChange(Rule.STOP, is_in_force=True, at=clock.now(), by=by, reason=why)
    stopped = _event(AuditEventKind.SCORING_STOPPED, by, stop.at, drill=True, drill_id=drill_id)
    if not control.change(stop, stopped):
        raise NotStopped(is_stopped=True)
    try:
        going_on = _wait_for_all(ask, deployments, clock, pause)
        refused_from = clock.now()
        pause(HOLD_S)
    finally:
        end = RuleChange(Rule.STOP, is_in_force=False, at=clock.now(), by=by, reason=why)
        resumed = _event(AuditEventKind.SCORING_RESUMED, by, end.at, drill=True, drill_id=drill_id)
        control.change(end, resumed)
    served = _served(audit, refused_from, end.at)
    drill = StopDrill(drill_id, stop.at, refused_from, end.at, served)
    register.add([Entry(drill_id, drill, clock.now(), by)])
    took = (refused_from - stop.at).total_seconds()
    audit.append(
        _event(
            AuditEventKind.STOP_DRILLED, by, clock.now(), drill_id=drill_id,
            seconds_to_stop=round(took, 3), scores_served_while_off=served,
        )
    )  # fmt: skip
    if going_on or served:
        raise DrillFailed(_failure(going_on, served))
    return drill


def _wait_for_all(
    ask: Callable[[], WorkerTold],
    deployments: Deployments,
    clock: Clock,
    pause: Callable[[float], None],
) -> set[str]:
    """Ask until every living worker refuses; return those that never said so."""
    refusing: set[str] = set()
    until = clock.now() + timedelta(seconds=LONGEST_S)
    while clock.now() < until:
        told = ask()
        (refusing.add if told.is_stopped else refusing.discard)(told.worker)
        if told.is_stopped and _living(deployments) <= refusing:
            return set()
        pause(_ASK_EVERY_S)
    return _living(deployments) - refusing


def _living(deployments: Deployments) -> set[str]:
    return {heartbeat.worker_id for heartbeat in deployments.workers()}


def _served(audit: AuditLog, since: datetime, until: datetime) -> int:
    """Count the scores that the log puts into the time when all refused."""
    return sum(
        event.kind is AuditEventKind.EMPLOYEE_SCORED and since <= event.at < until
        for event in audit.between(since - timedelta(minutes=1))
    )


def _event(kind: AuditEventKind, by: str, at: datetime, **details: str | int | float) -> AuditEvent:
    return AuditEvent(kind, actor=by, subject=SUBJECT, at=at, details=details)


def _failure(going_on: set[str], served: int) -> str:
    told = f"{served} scores were served after all had refused" if served else ""
    still = f"{', '.join(sorted(going_on))} did not stop within {LONGEST_S:g} s" if going_on else ""
    return (
        f"{' and '.join(part for part in (still, told) if part)}. It is on record, and scoring "
        "goes on. Stop the server itself until the cause is found."
    )
