"""Show one person's last score with its reasons, and what people made of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.callers import Caller
from stayline.domain.decisions import Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation
from stayline.errors import (
    EndpointUnavailable,
    HasOptedOut,
    NoLongerEmployed,
    NothingDeployed,
    OutsidePilot,
    PackageRefused,
    ScoringStopped,
    UnknownEmployee,
)
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import FeatureRecord, FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import BoardEntry, ScoreBoard
from stayline.ports.scoring_control import ScoringControl


@dataclass(frozen=True, slots=True)
class EmployeeView:
    """What may be shown of a person; no score of someone who opted out."""

    score: BoardEntry | None
    has_opted_out: bool
    opted_out_since: datetime | None
    decisions: list[Decision]


def view_employee(
    token: EmployeeToken,
    *,
    score_now: Callable[[], object],
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    decisions: DecisionBook,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
    caller: Caller,
) -> EmployeeView:
    """Return the view, which is itself an audited event.

    ``score_now`` puts a fresh score on the board; it is called where the kept one lacks reasons or
    is older than the person's features or of another model, and need not succeed. The event tells
    whether a score and its reasons were shown, and of which band: a decision may rest on that; and
    by which right, so that it can be checked later that the caller might see it.
    Raises `UnknownEmployee` when nothing is known of the person, `NoLongerEmployed`,
    `OutsidePilot`, and `ScoringStopped`.
    """
    record = features.get(token)
    taken = decisions.decisions(token)
    try:
        _check_employed(
            token,
            record,
            features,
            has_history=bool(taken or opt_outs.intervals(token)),
            now=clock.now(),
        )
        scope = control.scope()
        if record is not None and not scope.includes(record.values):
            raise OutsidePilot(token)
    except (UnknownEmployee, NoLongerEmployed, OutsidePilot, ScoringStopped) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=caller.subject, subject=token, at=clock.now()))
        raise
    if record is not None and _opted_out_since(token, opt_outs, clock.now()) is None:
        with suppress(NothingDeployed, PackageRefused, EndpointUnavailable, HasOptedOut):
            if not _is_current(scores.find(token), record, endpoint):
                score_now()
    now = clock.now()
    since = _opted_out_since(token, opt_outs, now)
    view = EmployeeView(
        score=scores.find(token) if since is None else None,
        has_opted_out=since is not None,
        opted_out_since=since,
        decisions=taken,
    )
    audit.append(
        AuditEvent(
            AuditEventKind.EMPLOYEE_VIEWED,
            actor=caller.subject,
            subject=token,
            at=now,
            details={
                "shown_score": view.score is not None,
                "shown_reasons": view.score is not None and bool(view.score.reasons),
                "band": None if view.score is None else view.score.band.value,
                "decisions": len(taken),
                "reach": caller.reach(Operation.VIEW_EMPLOYEE).value,
                **({"employee": caller.employee} if caller.employee else {}),
                **({"because": HasOptedOut.__name__} if since is not None else {}),
            },
        )
    )
    return view


def _check_employed(
    token: EmployeeToken,
    record: FeatureRecord | None,
    features: FeatureStore,
    *,
    has_history: bool,
    now: datetime,
) -> None:
    if record is None and not has_history:
        raise UnknownEmployee(token)
    if record is not None and features.has_left(token, at=now):
        raise NoLongerEmployed(token)


def _opted_out_since(token: EmployeeToken, opt_outs: OptOutList, now: datetime) -> datetime | None:
    return next((out.since for out in opt_outs.intervals(token) if out.covers(now)), None)


def _is_current(entry: BoardEntry | None, record: FeatureRecord, endpoint: Endpoint) -> bool:
    if entry is None or not entry.reasons or entry.scored_at < record.write_time:
        return False
    return entry.model == endpoint.variant().model
