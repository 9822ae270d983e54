"""``/v1/employees/{id}``: what is known, decided and wished about one person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from stayline.domain.alert_policy import Band
from stayline.domain.callers import Caller
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.oversight import OversightPolicy, unseen
from stayline.domain.request_rows import checked_id
from stayline.domain.risk_score import ModelIdentity, Reason, ScoreSource
from stayline.domain.roles import Operation
from stayline.errors import FieldProblem, RequestRefused, UnknownEmployee
from stayline.formats.governance_toml import read_policy
from stayline.ports.score_board import BoardEntry
from stayline.usecases.record_decision import record_decision
from stayline.usecases.view_employee import EmployeeView
from stayline.web.api.descriptions import DECISION_PROBLEMS, VIEW_PROBLEMS, DecisionOperation
from stayline.web.bodies import JSON, media_type, read_json_object
from stayline.web.gateway import Gateway
from stayline.web.neutral import NOT_TOLD
from stayline.web.operations import SIGNED_IN, needs
from stayline.web.viewed_employee import viewed_employee

_CLAIMED = "cannot be claimed: a decision is that of whoever is signed in; leave it out"


class NoScore(StrEnum):
    """Why no score is shown."""

    NOT_AVAILABLE = "not_available"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class KeptScore:
    """The last score; ``prediction_id`` is None where it comes from a run over everyone."""

    prediction_id: str | None
    risk: float
    band: Band
    reasons: tuple[Reason, ...]
    model: ModelIdentity
    source: ScoreSource
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionAnswer:
    """One recorded decision."""

    decision_id: str
    employee_id: str
    action: ActionKind
    reason: str
    decided_by: str
    decided_at: datetime
    prediction_id: str | None
    viewed_at: datetime | None
    is_bulk: bool
    is_trained: bool | None


@dataclass(frozen=True, slots=True)
class EmployeeAnswer:
    """One person: the score (None when none may be shown) and the decisions.

    ``no_score`` says that there is none. Why, and whether the person opted out, is told to privacy
    roles only: for everybody else it is "not_available", and the opt-out None, whatever the cause.
    """

    employee_id: str
    score: KeptScore | None
    no_score: NoScore | None
    has_opted_out: bool | None
    opted_out_since: datetime | None
    decisions: list[DecisionAnswer]


@get(
    "/v1/employees/{employee_id:str}",
    sync_to_thread=True,
    tags=["employees"],
    summary="Show a person's score, reasons and decisions",
    operation_id="show_employee",
    opt=needs(Operation.VIEW_EMPLOYEE),
    security=SIGNED_IN,
    responses=VIEW_PROBLEMS,
)
def show_employee(
    employee_id: FromPath[str],
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> EmployeeAnswer:
    """Answer with the score and its reasons; a new one is made where the kept one is outdated."""
    hr_id = checked_id(employee_id)
    asked = gateway.callers.within_line_of(caller, Operation.VIEW_EMPLOYEE, hr_id)
    sees_why = caller.may(Operation.SEE_OPT_OUT)
    try:
        view = viewed_employee(gateway.token(asked), asked, gateway=gateway, caller=caller)
    except NOT_TOLD:
        if sees_why:
            raise
        return _nothing(hr_id)
    return _shown(view, hr_id, sees_why=sees_why)


@post(
    "/v1/employees/{employee_id:str}/decisions",
    sync_to_thread=True,
    tags=["employees"],
    summary="Record what a person decided about a score, and why",
    operation_id="record_decision",
    opt=needs(Operation.DECIDE),
    security=SIGNED_IN,
    operation_class=DecisionOperation,
    responses=DECISION_PROBLEMS,
)
def decide(
    request: Request[Any, Any, Any],
    employee_id: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> DecisionAnswer:
    """Answer with the kept decision. Every allowed action helps the person it concerns.

    It is the caller's, who has looked at score and reasons some seconds before. ``is_trained`` is
    false for who has no valid training on file; ``is_bulk`` is true for one of many in a short
    time, which are looked at by others.
    """
    hr_id, ports = checked_id(employee_id), gateway.ports
    asked = gateway.callers.within_line_of(caller, Operation.DECIDE, hr_id)
    media_type(request.headers.get("content-type"), (JSON,))
    given = _decision_texts(read_json_object(body))
    policy = read_policy(gateway.settings.home, "oversight", OversightPolicy)
    try:
        decision = record_decision(
            gateway.token(asked),
            action=given["action"],
            reason=given["reason"],
            prediction_id=given.get("prediction_id"),
            caller=caller,
            policy=policy,
            features=ports.features,
            decisions=ports.decisions,
            register=ports.register,
            directory=ports.directory,
            audit=ports.audit,
            clock=ports.clock,
        )
    except UnknownEmployee:
        if caller.may(Operation.SEE_OPT_OUT):
            raise
        raise unseen(policy) from None
    return _decision(decision, hr_id)


def _nothing(hr_id: str) -> EmployeeAnswer:
    """Return what is shown of whoever has no score to those who may not know why.

    Nor are decisions shown: that there are some would tell an opt-out from the other causes.
    """
    return EmployeeAnswer(hr_id, None, NoScore.NOT_AVAILABLE, None, None, [])


def _shown(view: EmployeeView, hr_id: str, *, sees_why: bool) -> EmployeeAnswer:
    if view.score is None and not sees_why:
        return _nothing(hr_id)
    no_score = None
    if view.score is None:
        no_score = NoScore.OPTED_OUT if view.has_opted_out else NoScore.NOT_AVAILABLE
    return EmployeeAnswer(
        employee_id=hr_id,
        score=_kept(view.score),
        no_score=no_score,
        has_opted_out=view.has_opted_out if sees_why else None,
        opted_out_since=view.opted_out_since if sees_why else None,
        decisions=[_decision(decision, hr_id) for decision in view.decisions],
    )


def _decision_texts(body: dict[str, object]) -> dict[str, str]:
    """Return the three texts of a decision, or raise `RequestRefused` with all that is wrong."""
    longest = {"action": 200, "reason": 4000, "prediction_id": 64}
    problems = [
        FieldProblem(name, _CLAIMED if name == "decided_by" else _not_known(longest))
        for name in body
        if name not in longest
    ]
    texts: dict[str, str] = {}
    for name, most in longest.items():
        value = body.get(name)
        if value is None and name == "prediction_id":
            continue
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            problems.append(FieldProblem(name, f"expected text of 1 to {most} characters"))
        elif "\x00" in value:
            problems.append(FieldProblem(name, "expected text without NUL characters"))
        else:
            texts[name] = value.strip()
    if problems:
        raise RequestRefused(problems)
    return texts


def _not_known(expected: Iterable[str]) -> str:
    return f"is not known here; expected {', '.join(expected)}"


def _kept(entry: BoardEntry | None) -> KeptScore | None:
    if entry is None:
        return None
    return KeptScore(
        prediction_id=entry.prediction_id,
        risk=entry.risk,
        band=entry.band,
        reasons=entry.reasons,
        model=entry.model,
        source=ScoreSource.NIGHTLY if entry.prediction_id is None else ScoreSource.LIVE,
        scored_at=entry.scored_at,
    )


def _decision(decision: Decision, employee_id: str) -> DecisionAnswer:
    return DecisionAnswer(
        decision_id=decision.decision_id,
        employee_id=employee_id,
        action=decision.action,
        reason=decision.reason,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        prediction_id=decision.prediction_id,
        viewed_at=decision.viewed_at,
        is_bulk=decision.is_bulk,
        is_trained=decision.is_trained,
    )
