"""Who is out of scoring, by token; recording it names the person in the form alone."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.callers import Caller
from stayline.domain.opt_out import LONGEST_REASON, OptOutRequest, opt_out_request
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import RequestRefused, StaylineError, UnknownEmployee
from stayline.usecases.list_opt_outs import list_opt_outs
from stayline.usecases.set_opt_out import OptOutState, set_opt_out
from stayline.web.gateway import Gateway
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.paging import page_number
from stayline.web.portal.privacy.parts import (
    PRIVACY,
    day,
    paged,
    privacy_page,
    written,
)
from stayline.web.portal.privacy.words import CHANNELS, OPT_OUT_KINDS
from stayline.web.portal.visits import Visit, asks

OPT_OUTS = f"{PRIVACY}/opt-outs"
_DONE = {
    "out": "The person is out of scoring from now on. The kept score is gone.",
    "in": "What was to end has ended. Nothing bars scoring of the person any more.",
    "barred": "What was to end has ended. Scoring stays barred, since something else stands.",
}
_NOTHING = "nothing"


@get("/privacy/opt-outs", sync_to_thread=True, opt=asks(Operation.SEE_OPT_OUT))
def opt_outs_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    page: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show how many people are out, and their tokens."""
    return _listed(gateway, visit, page=page_number(page), done=done)


@post("/privacy/opt-outs", sync_to_thread=True, opt=asks(Operation.SET_OPT_OUT))
def record_opt_out(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Bar scoring of a person; a second time changes nothing."""
    try:
        received = day(form.text("received_on", is_needed=False), "received_on")
        asked = opt_out_request(
            kind=form.text("kind"),
            channel=form.text("channel"),
            reason=form.text("reason", most=LONGEST_REASON, is_needed=False),
            effective_from="" if received is None else f"{received}T00:00:00Z",
        )
        _set(gateway, caller, form, asked, has_opted_out=True)
    except RequestRefused as refusal:
        told = RequestRefused([replace(one, path=_field(one.path)) for one in refusal.problems])
        return _listed(gateway, visit, refusal=told, form=form, failed="out")
    except UnknownEmployee as refusal:
        return _listed(gateway, visit, refusal=refusal, form=form, failed="out")
    return see_done(OPT_OUTS, "out", gateway=gateway, visit=visit)


@post("/privacy/opt-outs/end", sync_to_thread=True, opt=asks(Operation.SET_OPT_OUT))
def end_opt_out(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Let a person back in, at the person's own wish."""
    try:
        kind = form.text("kind", is_needed=False)
        asked = opt_out_request(kind=kind, channel=form.text("channel"))
        token = gateway.token(checked_id(form.text("employee_id")))
        before = gateway.ports.opt_outs.intervals(token)
        state = _set(gateway, caller, form, asked, has_opted_out=False, ends_all=not kind)
    except (RequestRefused, UnknownEmployee) as refusal:
        return _listed(gateway, visit, refusal=refusal, form=form, failed="in")
    is_changed = gateway.ports.opt_outs.intervals(token) != before
    done = ("barred" if state.has_opted_out else "in") if is_changed else _NOTHING
    return see_done(OPT_OUTS, done, gateway=gateway, visit=visit)


def _field(path: str) -> str:
    """Return the field of the form that a part of the request was made of."""
    return "received_on" if path == "effective_from" else path


def _set(
    gateway: Gateway,
    caller: Caller,
    form: Form,
    asked: OptOutRequest,
    *,
    has_opted_out: bool,
    ends_all: bool = False,
) -> OptOutState:
    ports = gateway.ports
    return set_opt_out(
        gateway.token(checked_id(form.text("employee_id"))),
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
        ends_all=ends_all,
    )


def _listed(
    gateway: Gateway,
    visit: Visit,
    *,
    page: int = 1,
    done: str = "",
    refusal: StaylineError | None = None,
    form: Form | None = None,
    failed: str = "",
) -> Response[Any]:
    ports = gateway.ports
    now = list_opt_outs(opt_outs=ports.opt_outs, clock=ports.clock)
    shown, page, pages = paged(now.standing, page)
    filled = {} if form is None else written(form)
    told = just_done(done, gateway=gateway, visit=visit)
    return privacy_page(
        visit,
        "opt_outs.html.j2",
        refusal=refusal,
        notice=_DONE.get(told, ""),
        is_nothing=told == _NOTHING,
        now=now,
        shown=shown,
        page=page,
        pages=pages,
        kinds=OPT_OUT_KINDS,
        channels=CHANNELS,
        failed=failed,
        setting=filled if failed == "out" else {},
        ending=filled if failed == "in" else {},
    )


OPT_OUT_HANDLERS = (opt_outs_page, record_opt_out, end_opt_out)
