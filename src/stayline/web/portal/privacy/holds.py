"""Whose records must stay for a matter of law, and since when."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from stayline.domain.callers import Caller
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import FieldProblem, RequestRefused, StaylineError, UnknownHold
from stayline.usecases.lift_legal_hold import lift_legal_hold
from stayline.usecases.list_holds import REVIEW_DAYS, list_holds
from stayline.usecases.set_legal_holds import set_legal_holds
from stayline.web.gateway import Gateway
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.paging import page_number
from stayline.web.portal.privacy.parts import (
    PRIVACY,
    paged,
    privacy_page,
    written,
)
from stayline.web.portal.privacy.words import days
from stayline.web.portal.visits import Visit, asks

HOLDS = f"{PRIVACY}/holds"
_MOST, _MOST_PEOPLE, _MOST_IDS = 1000, 100, 8000
_DONE = {
    "set": "The hold stands. No purge and no erasure removes anything of the people named.",
    "lifted": "The hold has ended. The next purge treats the person as usual.",
}


@get("/privacy/holds", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def holds_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """List holds, those that stand first."""
    return _listed(gateway, visit, page=page_number(page), done=done)


@post("/privacy/holds", sync_to_thread=True, opt=asks(Operation.SET_LEGAL_HOLD))
def set_holds(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Keep everything of some people; the same matter a second time changes nothing."""
    ports = gateway.ports
    try:
        hr_ids = form.text("employee_ids", most=_MOST_IDS).splitlines()
        named = [checked_id(hr_id, "employee_ids") for hr_id in hr_ids if hr_id.strip()]
        if len(named) > _MOST_PEOPLE:
            told = f"expected at most {_MOST_PEOPLE} people; the command takes a file of more"
            raise RequestRefused([FieldProblem("employee_ids", told)])
        set_legal_holds(
            [gateway.token(hr_id) for hr_id in named],
            matter=form.text("matter"),
            reason=form.text("reason", most=_MOST),
            actor=caller.subject,
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
        )
    except RequestRefused as refusal:
        return _listed(gateway, visit, refusal=refusal, form=form)
    return see_done(HOLDS, "set", gateway=gateway, visit=visit)


@get("/privacy/holds/{hold_id:str}", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def hold_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], hold_id: FromPath[str]
) -> Response[Any]:
    """Show one hold, and the form that ends it."""
    return _one(gateway, visit, hold_id)


@post("/privacy/holds/{hold_id:str}/lift", sync_to_thread=True, opt=asks(Operation.SET_LEGAL_HOLD))
def lift_hold(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    hold_id: FromPath[str],
) -> Response[Any]:
    """Let a hold end."""
    ports = gateway.ports
    try:
        lift_legal_hold(
            hold_id,
            reason=form.text("reason", most=_MOST),
            actor=caller.subject,
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
        )
    except RequestRefused as refusal:
        return _one(gateway, visit, hold_id, refusal=refusal, form=form)
    return see_done(HOLDS, "lifted", gateway=gateway, visit=visit)


def _listed(
    gateway: Gateway,
    visit: Visit,
    *,
    page: int = 1,
    done: str = "",
    refusal: StaylineError | None = None,
    form: Form | None = None,
) -> Response[Any]:
    ports = gateway.ports
    found = list_holds(register=ports.register, clock=ports.clock)
    shown, page, pages = paged(found, page)
    return privacy_page(
        visit,
        "holds.html.j2",
        refusal=refusal,
        notice=_DONE.get(just_done(done, gateway=gateway, visit=visit), ""),
        shown=shown,
        standing=sum(one.stands for one in found),
        to_review=sum(one.is_to_review for one in found),
        review_days=REVIEW_DAYS,
        page=page,
        pages=pages,
        days=days,
        filled={} if form is None else written(form),
    )


def _one(
    gateway: Gateway,
    visit: Visit,
    hold_id: str,
    *,
    refusal: StaylineError | None = None,
    form: Form | None = None,
) -> Response[Any]:
    ports = gateway.ports
    found = list_holds(register=ports.register, clock=ports.clock)
    one = next((hold for hold in found if hold.entry.entry_id == hold_id), None)
    if one is None:
        raise UnknownHold(hold_id[:64])
    return privacy_page(
        visit,
        "hold.html.j2",
        refusal=refusal,
        one=one,
        hold=one.entry.record,
        days=days,
        filled={} if form is None else written(form),
    )


HOLD_HANDLERS = (holds_page, set_holds, hold_page, lift_hold)
