"""``/v1/employees/{id}``: what is known, decided and wished about one person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from stayline.domain.alert_policy import Band
from stayline.domain.callers import Caller
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.oversight import OversightPolicy
from stayline.domain.request_rows import checked_id
from stayline.domain.risk_score import ModelIdentity, Reason, ScoreSource
from stayline.domain.roles import Operation
from stayline.domain.score_request import ScoreRequest
from stayline.errors import FieldProblem, RequestRefused
from stayline.formats.governance_toml import read_policy
from stayline.ports.score_board import BoardEntry
from stayline.usecases.record_decision import record_decision
from stayline.usecases.score_employee import score_employee
from stayline.usecases.set_opt_out import set_opt_out
from stayline.usecases.view_employee import view_employee
from stayline.web.api.descriptions import (
    DECISION_PROBLEMS,
    PERSON_PROBLEMS,
    VIEW_PROBLEMS,
    DecisionOperation,
)
from stayline.web.bodies import JSON, media_type, read_json_object
from stayline.web.errors import BadBody
from stayline.web.gateway import Gateway
from stayline.web.operations import SIGNED_IN, needs

_CLAIMED = "cannot be claimed: a decision is that of whoever is signed in; leave it out"


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
class OptOutAnswer:
    """Whether a person is out of scoring."""

    employee_id: str
    has_opted_out: bool
    since: datetime | None


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
    """One person: the score (None when none may be shown), the opt-out and the decisions."""

    employee_id: str
    score: KeptScore | None
    has_opted_out: bool
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
    hr_id, ports = checked_id(employee_id), gateway.ports
    gateway.callers.keep_to_line(caller, Operation.VIEW_EMPLOYEE, [ScoreRequest(hr_id)])

    def score_now() -> object:
        return score_employee(
            [ScoreRequest(hr_id)],
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            capture=ports.capture,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=caller.subject,
        )

    view = view_employee(
        gateway.token(hr_id),
        score_now=score_now,
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        decisions=ports.decisions,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        clock=ports.clock,
        actor=caller.subject,
    )
    return EmployeeAnswer(
        employee_id=hr_id,
        score=_kept(view.score),
        has_opted_out=view.has_opted_out,
        opted_out_since=view.opted_out_since,
        decisions=[_decision(decision, hr_id) for decision in view.decisions],
    )


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
    gateway.callers.keep_to_line(caller, Operation.DECIDE, [ScoreRequest(hr_id)])
    media_type(request.headers.get("content-type"), (JSON,))
    given = _decision_texts(read_json_object(body))
    decision = record_decision(
        gateway.token(hr_id),
        action=given["action"],
        reason=given["reason"],
        prediction_id=given.get("prediction_id"),
        caller=caller,
        policy=read_policy(gateway.settings.home, "oversight", OversightPolicy),
        features=ports.features,
        decisions=ports.decisions,
        register=ports.register,
        audit=ports.audit,
        clock=ports.clock,
    )
    return _decision(decision, hr_id)


@put(
    "/v1/employees/{employee_id:str}/opt-out",
    sync_to_thread=True,
    tags=["employees"],
    summary="Opt a person out of scoring, at once",
    operation_id="opt_out",
    opt=needs(Operation.SET_OPT_OUT),
    security=SIGNED_IN,
    description="Answers with the state from now on; the kept score is gone.",
    responses=PERSON_PROBLEMS,
)
def opt_out(
    employee_id: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> OptOutAnswer:
    """Opt out; doing it again changes nothing."""
    if body:
        raise BadBody(detail="This address takes no body; PUT opts out, DELETE withdraws it.")
    return _set_opt_out(employee_id, True, gateway, caller)


@delete(
    "/v1/employees/{employee_id:str}/opt-out",
    status_code=200,
    sync_to_thread=True,
    tags=["employees"],
    summary="Withdraw an opt-out",
    operation_id="opt_in",
    opt=needs(Operation.SET_OPT_OUT),
    security=SIGNED_IN,
    responses=PERSON_PROBLEMS,
)
def opt_in(
    employee_id: FromPath[str],
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> OptOutAnswer:
    """Answer with the state from now on."""
    return _set_opt_out(employee_id, False, gateway, caller)


def _set_opt_out(
    employee_id: str, has_opted_out: bool, gateway: Gateway, caller: Caller
) -> OptOutAnswer:
    hr_id, ports = checked_id(employee_id), gateway.ports
    state = set_opt_out(
        gateway.token(hr_id),
        has_opted_out,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        answers=ports.answers,
        outcomes=ports.outcomes,
        audit=ports.audit,
        clock=ports.clock,
        actor=caller.subject,
    )
    return OptOutAnswer(hr_id, state.has_opted_out, state.since)


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
