"""``/v1/employees/{id}/opt-out``: step out of scoring, or object to it, and back in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from stayline.domain.callers import Caller
from stayline.domain.opt_out import OptOutRequest, opt_out_request
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import FieldProblem, RequestRefused
from stayline.usecases.set_opt_out import set_opt_out
from stayline.web.api.descriptions import OPT_OUT_PROBLEMS, OptOutOperation
from stayline.web.bodies import JSON, media_type, read_json_object
from stayline.web.gateway import Gateway
from stayline.web.operations import SIGNED_IN, needs

_PATH = "/v1/employees/{employee_id:str}/opt-out"
_TEXTS = ("kind", "channel", "reason", "effective_from")


@dataclass(frozen=True, slots=True)
class OptOutAnswer:
    """Whether a person is out of scoring; for whoever may not see opt-outs, what was asked for."""

    employee_id: str
    has_opted_out: bool
    since: datetime | None


@put(
    _PATH,
    sync_to_thread=True,
    tags=["employees"],
    summary="Opt a person out of scoring, at once",
    operation_id="opt_out",
    opt=needs(Operation.SET_OPT_OUT),
    security=SIGNED_IN,
    operation_class=OptOutOperation,
    description="Answers with the state from now on; the kept score is gone. The body may be "
    "empty.",
    responses=OPT_OUT_PROBLEMS,
)
def opt_out(
    request: Request[Any, Any, Any],
    employee_id: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> OptOutAnswer:
    """Opt out, or object; doing it again changes nothing."""
    return _set_opt_out(employee_id, True, _asked(request, body), gateway, caller)


@delete(
    _PATH,
    status_code=200,
    sync_to_thread=True,
    tags=["employees"],
    summary="Withdraw an opt-out",
    operation_id="opt_in",
    opt=needs(Operation.SET_OPT_OUT),
    security=SIGNED_IN,
    operation_class=OptOutOperation,
    description="Answers with the state from now on. Without a body everything that stands ends; "
    "with one only what is of its kind.",
    responses=OPT_OUT_PROBLEMS,
)
def opt_in(
    request: Request[Any, Any, Any],
    employee_id: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
) -> OptOutAnswer:
    """Step back in."""
    return _set_opt_out(employee_id, False, _asked(request, body), gateway, caller)


def _set_opt_out(
    employee_id: str,
    has_opted_out: bool,
    asked: OptOutRequest | None,
    gateway: Gateway,
    caller: Caller,
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
        request=asked,
    )
    if not caller.may(Operation.SEE_OPT_OUT):
        return OptOutAnswer(hr_id, has_opted_out, None)
    return OptOutAnswer(hr_id, state.has_opted_out, state.since)


def _asked(request: Request[Any, Any, Any], body: bytes) -> OptOutRequest | None:
    """Return what a body says, None for no body; raises `RequestRefused` with all that is wrong."""
    if not body:
        return None
    media_type(request.headers.get("content-type"), (JSON,))
    given = read_json_object(body)
    problems = [
        FieldProblem(name, f"is not known here; expected {', '.join(_TEXTS)}")
        if name not in _TEXTS
        else FieldProblem(name, "expected text")
        for name, value in given.items()
        if name not in _TEXTS or not isinstance(value, str | None)
    ]
    if problems:
        raise RequestRefused(problems)
    return opt_out_request(**{name: str(value) for name, value in given.items() if value})
