"""What people asked for, by when it must be answered, and how it came out."""

from typing import Any
from uuid import uuid4

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from stayline.domain.callers import Caller
from stayline.domain.deadlines import Jurisdiction, RightsPolicy
from stayline.domain.register.rights import RequestKind
from stayline.domain.register.words import ELSEWHERE, without_words
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import (
    RequestRefused,
    RightsRequestRefused,
    StaylineError,
    UnknownRightsRequest,
)
from stayline.formats.governance_toml import read_policy
from stayline.usecases.list_requests import StandingRequest, list_requests
from stayline.usecases.open_request import open_request
from stayline.usecases.settle_request import close_request, extend_request
from stayline.web.gateway import Gateway
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.paging import page_number
from stayline.web.portal.privacy.parts import (
    PRIVACY,
    chosen,
    day,
    paged,
    privacy_page,
    written,
)
from stayline.web.portal.privacy.words import KINDS, STANDINGS, deadline
from stayline.web.portal.visits import Visit, asks

REQUESTS = f"{PRIVACY}/requests"
_MOST = 1000
_DONE = {
    "opened": "The request is on record.",
    "closed": "The request is answered.",
    "extended": "The request has two months more.",
}
_WORDS = (KINDS, STANDINGS, deadline)


@get("/privacy/requests", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def requests_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """List requests, the most pressing first."""
    return _listed(gateway, visit, page=page_number(page), done=done)


@post("/privacy/requests", sync_to_thread=True, opt=asks(Operation.ANSWER_RIGHTS_REQUEST))
def open_one(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Put a request on record, once however often its form is sent."""
    ports = gateway.ports
    try:
        opened = open_request(
            gateway.token(checked_id(form.text("employee_id"))),
            kind=chosen(RequestKind, "kind", form.text("kind")),
            jurisdiction=chosen(Jurisdiction, "jurisdiction", form.text("jurisdiction")),
            received_on=day(form.text("received_on", is_needed=False), "received_on"),
            once=form.text("once"),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=caller.subject,
        )
    except (RequestRefused, RightsRequestRefused) as refusal:
        return _listed(gateway, visit, refusal=refusal, form=form)
    return see_done(f"{REQUESTS}/{opened.entry_id}", "opened", gateway=gateway, visit=visit)


@get("/privacy/requests/{request_id:str}", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def request_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    request_id: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show one request, and what can be done about it."""
    return _one(gateway, visit, request_id, done=done)


@post(
    "/privacy/requests/{request_id:str}/close",
    sync_to_thread=True,
    opt=asks(Operation.ANSWER_RIGHTS_REQUEST),
)
def close_one(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    request_id: FromPath[str],
) -> Response[Any]:
    """Note that a request was answered, and how."""
    ports = gateway.ports
    try:
        close_request(
            request_id,
            outcome=form.text("outcome", most=_MOST),
            closed_on=day(form.text("closed_on", is_needed=False), "closed_on"),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=caller.subject,
        )
    except (RequestRefused, RightsRequestRefused) as refusal:
        return _one(gateway, visit, request_id, refusal=refusal, form=form)
    return see_done(f"{REQUESTS}/{request_id}", "closed", gateway=gateway, visit=visit)


@post(
    "/privacy/requests/{request_id:str}/extend",
    sync_to_thread=True,
    opt=asks(Operation.ANSWER_RIGHTS_REQUEST),
)
def extend_one(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    request_id: FromPath[str],
) -> Response[Any]:
    """Take two months more, which the person was told today, and why."""
    ports = gateway.ports
    try:
        extend_request(
            request_id,
            reason=form.text("reason", most=_MOST),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=caller.subject,
        )
    except (RequestRefused, RightsRequestRefused) as refusal:
        return _one(gateway, visit, request_id, refusal=refusal, form=form)
    return see_done(f"{REQUESTS}/{request_id}", "extended", gateway=gateway, visit=visit)


def _listed(
    gateway: Gateway,
    visit: Visit,
    *,
    page: int = 1,
    done: str = "",
    refusal: StaylineError | None = None,
    form: Form | None = None,
) -> Response[Any]:
    usual = _policy(gateway).jurisdiction
    found = _requests(gateway)
    shown, page, pages = paged(found, page)
    filled = {} if form is None else written(form)
    return privacy_page(
        visit,
        "requests.html.j2",
        refusal=refusal,
        notice=_DONE.get(just_done(done, gateway=gateway, visit=visit), ""),
        shown=shown,
        waiting=sum(one.is_open for one in found),
        page=page,
        pages=pages,
        words=_WORDS,
        laws=list(Jurisdiction),
        filled={"jurisdiction": usual.value, "once": str(uuid4())} | filled,
    )


def _one(
    gateway: Gateway,
    visit: Visit,
    request_id: str,
    *,
    done: str = "",
    refusal: StaylineError | None = None,
    form: Form | None = None,
) -> Response[Any]:
    found = next((r for r in _requests(gateway) if r.entry.entry_id == request_id), None)
    if found is None:
        raise UnknownRightsRequest(request_id)
    request = found.entry.record
    is_privacy = visit.may(Operation.ANSWER_RIGHTS_REQUEST)
    return privacy_page(
        visit,
        "request.html.j2",
        refusal=refusal,
        notice=_DONE.get(just_done(done, gateway=gateway, visit=visit), ""),
        one=found,
        request=request if is_privacy else without_words(request, ELSEWHERE),
        words=_WORDS,
        filled={} if form is None else written(form),
    )


def _requests(gateway: Gateway) -> list[StandingRequest]:
    ports, soon = gateway.ports, _policy(gateway).due_soon_days
    return list_requests(due_soon_days=soon, register=ports.register, clock=ports.clock)


def _policy(gateway: Gateway) -> RightsPolicy:
    return read_policy(gateway.settings.home, "rights", RightsPolicy)


REQUEST_HANDLERS = (requests_page, open_one, request_page, close_one, extend_one)
