"""One person: the score with its reasons, what could be done, and what people decided."""

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from stayline.domain.callers import Caller
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation
from stayline.errors import DeciderRefused, DecisionRefused, RequestRefused, UnknownEmployee
from stayline.formats.governance_toml import read_policy
from stayline.usecases.record_decision import record_decision
from stayline.web.gateway import Gateway
from stayline.web.neutral import NOBODY, NOT_TOLD
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.pages import page
from stayline.web.portal.paging import page_number
from stayline.web.portal.person_shown import seen_person
from stayline.web.portal.person_words import ACTIONS, NOT_FOR, choices
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks
from stayline.web.security_headers import PORTAL

_RECORDED = "recorded"
_MOST_REASON, _MOST_ID = 4000, 64


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form: at first nothing, later what was typed and what was wrong with it.

    ``sending`` names this very form, so that it is taken once however often it is sent.
    """

    sending: str
    action: str = ""
    reason: str = ""
    wrong: str = ""
    problem: str = ""


@get("/people/{token:str}", sync_to_thread=True, opt=asks(Operation.VIEW_EMPLOYEE))
def person_page(
    token: FromPath[str],
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    done: FromQuery[str] = "",
    older: FromQuery[str] = "1",
) -> Response[Any]:
    """Show one person, or the one page for everybody of whom nothing may be shown."""
    asked, number = _asked(gateway, caller, Operation.VIEW_EMPLOYEE, token), page_number(older)
    typed = _Typed(uuid4().hex)
    is_done = just_done(done, gateway=gateway, visit=visit) == _RECORDED
    return _shown(gateway, caller, visit, asked, typed, is_done=is_done, older=number)


@post("/people/{token:str}/decisions", sync_to_thread=True, opt=asks(Operation.DECIDE))
def decide_about_person(
    token: FromPath[str],
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Record a decision and lead back to the person; what is refused keeps what was typed."""
    asked, ports = _asked(gateway, caller, Operation.DECIDE, token), gateway.ports
    typed = _Typed(_raw(form, "sending"), _raw(form, "action"), _raw(form, "reason"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        record_decision(
            asked,
            action=form.text("action", is_needed=False),
            reason=form.text("reason", most=_MOST_REASON, is_needed=False),
            prediction_id=form.text("prediction_id", most=_MOST_ID, is_needed=False) or None,
            sent_as=form.text("sending", most=_MOST_ID),
            caller=caller,
            policy=read_policy(gateway.settings.home, "oversight", OversightPolicy),
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
        return _nothing(visit)
    except DecisionRefused as refusal:
        wrong, problem = refusal.path, plain_words(refusal)
        if wrong == "action":
            problem = "Choose what you decided; everything on the list helps."
    except RequestRefused as refusal:
        wrong, problem = refusal.problems[0].path, refusal.problems[0].message
    except DeciderRefused as refusal:
        wrong, problem, status = "", plain_words(refusal), HTTPStatus.FORBIDDEN
    else:
        path = f"{PORTAL}/people/{asked}"
        return see_done(path, _RECORDED, gateway=gateway, visit=visit)
    kept = _Typed(typed.sending or uuid4().hex, typed.action, typed.reason, wrong, problem)
    return _shown(gateway, caller, visit, asked, kept, status=status)


def _asked(gateway: Gateway, caller: Caller, operation: Operation, token: str) -> EmployeeToken:
    """Return the token that stands of whom is asked about; of those outside a line nobody's."""
    known = gateway.ports.directory.find(EmployeeToken(token))
    hr_id = NOBODY if known is None else known.hr_id
    return gateway.token(gateway.callers.within_line_of(caller, operation, hr_id))


def _shown(
    gateway: Gateway,
    caller: Caller,
    visit: Visit,
    asked: EmployeeToken,
    typed: _Typed,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    is_done: bool = False,
    older: int = 1,
) -> Response[Any]:
    sees_why = caller.may(Operation.SEE_OPT_OUT)
    seen = None
    with suppress(*(() if sees_why else NOT_TOLD)):
        seen = seen_person(asked, gateway=gateway, caller=caller)
    if seen is None or (seen.score is None and not sees_why):
        return _nothing(visit)
    return page(
        visit,
        "person/person.html.j2",
        status=status,
        seen=seen,
        typed=typed,
        is_done=is_done,
        path=f"{PORTAL}/people/{asked}",
        older=min(older, seen.pages),
        actions=ACTIONS,
        choices=choices(),
        not_for=NOT_FOR,
    )


def _nothing(visit: Visit) -> Response[Any]:
    """Return the page of whoever has no score to show, whatever the cause; it holds nobody."""
    return page(visit, "person/nothing.html.j2")


def _raw(form: Form, name: str) -> str:
    return "".join(form.texts(name)[-1:])


PERSON_PAGES = (person_page, decide_about_person)
"""A person is reached from a team's list, so no part of the navigation leads here."""
