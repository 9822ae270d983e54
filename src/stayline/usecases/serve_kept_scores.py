"""Serve people's kept scores while the endpoint is down, and say how old they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.fallback import FallbackLimits, is_due, stale_for_s
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import FieldReport, RiskScore, ScoreSource
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.score_request import ScoreRequest
from stayline.errors import (
    EndpointUnavailable,
    HasOptedOut,
    NoLongerEmployed,
    NoNightlyScore,
    OutsidePilot,
    UnknownEmployee,
)
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl


def serve_kept_scores(
    requests: Sequence[ScoreRequest],
    *,
    outage: EndpointUnavailable,
    limits: FallbackLimits,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
    token_key: bytes,
    actor: str,
) -> list[RiskScore]:
    """Return one kept score per request, or none at all when one of them cannot be served.

    Who may not be scored is refused here as by `score_employee`: `HasOptedOut`, `UnknownEmployee`,
    `NoLongerEmployed`, `OutsidePilot`, and everybody while scoring is stopped. The ``outage`` is
    raised again before it has lasted as long as ``limits`` say, and for every what-if;
    `NoNightlyScore` for a score that is missing or too old. An answer is an audit event, but
    nothing is captured, since no model was asked.
    """
    scope, now = control.scope(), clock.now()
    tokens = [
        None if request.employee_id is None else pseudonym(token_key, request.employee_id)
        for request in requests
    ]
    try:
        for request, token in zip(requests, tokens, strict=True):
            if token is not None:
                _check_may_be_scored(request, token, features, opt_outs, scope, now)
    except (HasOptedOut, NoLongerEmployed, OutsidePilot, UnknownEmployee) as refusal:
        kind = AuditEventKind.SCORING_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=refusal.token, at=now))
        raise
    if not is_due(outage.failing_since, now=now, limits=limits):
        raise outage
    people = []
    for request, token in zip(requests, tokens, strict=True):
        if token is None or request.fields:
            raise outage
        people.append((request, token))
    kept = [_kept(request, token, scores, limits, now) for request, token in people]
    for (_, token), score in zip(people, kept, strict=True):
        audit.append(_event(token, score, actor, now))
    for request, token in people:
        if opt_outs.is_opted_out(token, at=clock.now()):
            scores.erase(token)
            raise HasOptedOut(token, request.at("employee_id"))
    return kept


def _check_may_be_scored(
    request: ScoreRequest,
    token: EmployeeToken,
    features: FeatureStore,
    opt_outs: OptOutList,
    scope: RolloutScope,
    now: datetime,
) -> None:
    path = request.at("employee_id")
    if opt_outs.is_opted_out(token, at=now):
        raise HasOptedOut(token, path)
    record = features.get(token)
    if record is None:
        raise UnknownEmployee(token, path)
    if features.has_left(token, at=now):
        raise NoLongerEmployed(token, path)
    if not scope.includes(record.values):
        raise OutsidePilot(token, path)


def _kept(
    request: ScoreRequest,
    token: EmployeeToken,
    scores: ScoreBoard,
    limits: FallbackLimits,
    now: datetime,
) -> RiskScore:
    path = request.at("employee_id")
    entry = scores.find(token)
    if entry is None:
        raise NoNightlyScore(token, "no score is kept", path)
    age = stale_for_s(entry.scored_at, now=now, limits=limits)
    if age is None:
        raise NoNightlyScore(token, f"the kept score is too old, of {entry.scored_at}", path)
    return RiskScore(
        prediction_id=str(uuid4()),
        employee_id=request.employee_id,
        risk=entry.risk,
        band=entry.band,
        base_risk=entry.base_risk,
        reasons=entry.reasons,
        model=entry.model,
        source=ScoreSource.NIGHTLY,
        scored_at=entry.scored_at,
        fields=FieldReport(),
        stale_for_s=age,
    )


def _event(token: EmployeeToken, score: RiskScore, actor: str, at: datetime) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.EMPLOYEE_SCORED,
        actor=actor,
        subject=token,
        at=at,
        details={
            "prediction_id": score.prediction_id,
            "model_version": score.model.version,
            "band": score.band.value,
            "is_what_if": False,
            "source": score.source.value,
        },
    )
