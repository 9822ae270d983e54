"""The audit trail: what happened, newest first, and whether the record of it is whole."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.audit_trail import TrailWish
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import FieldProblem, RequestRefused, StaylineError
from stayline.usecases.read_chain_state import read_chain_state
from stayline.web.gateway import Gateway
from stayline.web.portal.forms import Form
from stayline.web.portal.pages import address, see_other
from stayline.web.portal.paging import page_number
from stayline.web.portal.privacy.parts import (
    PRIVACY,
    ROWS,
    chosen,
    day,
    privacy_page,
    written,
)
from stayline.web.portal.sealed import opened, seal
from stayline.web.portal.visits import Visit, asks

AUDIT = f"{PRIVACY}/audit"
_SOUGHT = "who and whom an audit trail is searched for"
_ACTOR, _SUBJECT = "actor", "subject"
_NOBODY: Mapping[str, str] = {}


@get("/privacy/audit", sync_to_thread=True, opt=asks(Operation.READ_AUDIT_LOG))
def trail_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    kind: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    sought: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[Any]:
    """Show one page of events; each link goes on before the last one's position."""
    who = _who(gateway, sought)
    wish = TrailWish(
        kind=chosen(AuditEventKind, "kind", kind) if kind else None,
        subjects=_names_of(gateway, who[_SUBJECT]) if _SUBJECT in who else None,
        actor=who.get(_ACTOR),
        since=_midnight(day(since, "since")),
        until=_midnight(day(until, "until"), later=1),
    )
    audit = gateway.ports.audit
    start = page_number(before) if before else None
    return _shown(
        gateway,
        visit,
        query={"kind": kind, "since": since, "until": until, "sought": sought},
        filled={"kind": kind, "since": since, "until": until} | dict(who),
        trail=audit.trail(wish, before=start, limit=ROWS),
        is_everything=wish.is_everything,
        before=start,
    )


@post("/privacy/audit", sync_to_thread=True, opt=asks(Operation.READ_AUDIT_LOG))
def look_for(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Lead to what was asked for, whose address tells no proxy by whom or about whom."""
    try:
        kind, since, until = (
            form.text(name, is_needed=False) for name in ("kind", "since", "until")
        )
        if kind:
            chosen(AuditEventKind, "kind", kind)
        first, last = day(since, "since"), day(until, "until")
        if first and last and last < first:
            raise RequestRefused([FieldProblem("until", "expected the first day or a later one")])
        who = _asked(gateway, form)
    except RequestRefused as refusal:
        return _shown(gateway, visit, refusal=refusal, filled=written(form))
    sought = seal(gateway.token_key, _SOUGHT, who) if who else ""
    return see_other(address(AUDIT, kind=kind, since=since, until=until, sought=sought))


def _asked(gateway: Gateway, form: Form) -> dict[str, str]:
    """Return by whom and about what; a person's HR id becomes the token at once."""
    actor, subject = (form.text(name, is_needed=False) for name in (_ACTOR, _SUBJECT))
    hr_id = form.text("employee_id", is_needed=False)
    if hr_id and subject:
        told = "goes without another subject; leave one of them empty"
        raise RequestRefused([FieldProblem("employee_id", told)])
    if hr_id:
        subject = gateway.token(checked_id(hr_id))
    return {name: text for name, text in ((_ACTOR, actor), (_SUBJECT, subject)) if text}


def _who(gateway: Gateway, sought: str) -> Mapping[str, str]:
    if not sought:
        return _NOBODY
    who = opened(gateway.token_key, _SOUGHT, sought, dict[str, str])
    if who is None:
        raise RequestRefused([FieldProblem("sought", "cannot be read any more; search again")])
    return who


def _names_of(gateway: Gateway, subject: str) -> tuple[str, ...]:
    """Return every token of a person, since the log keeps those of earlier keys."""
    known = gateway.ports.directory.known_as(EmployeeToken(subject))
    return tuple(dict.fromkeys((subject, *known)))


def _midnight(on: date | None, *, later: int = 0) -> datetime | None:
    try:
        return None if on is None else datetime.combine(on + timedelta(days=later), time(), UTC)
    except OverflowError:
        raise RequestRefused([FieldProblem("until", "expected an earlier day")]) from None


def _shown(
    gateway: Gateway,
    visit: Visit,
    *,
    filled: Mapping[str, str],
    refusal: StaylineError | None = None,
    **values: object,
) -> Response[Any]:
    nothing: dict[str, object] = {
        "trail": None,
        "query": {},
        "is_everything": False,
        "before": None,
    }
    return privacy_page(
        visit,
        "audit.html.j2",
        refusal=refusal,
        chain=read_chain_state(audit=gateway.ports.audit),
        kinds=[kind.value for kind in sorted(AuditEventKind)],
        filled=filled,
        **(nothing | values),
    )


TRAIL_HANDLERS = (trail_page, look_for)
