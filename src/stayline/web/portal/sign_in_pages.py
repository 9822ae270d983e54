"""The way in and out: at the identity provider, or at this machine without one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.audit_events import session_began, session_ended
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Role
from stayline.domain.token_claims import is_subject
from stayline.errors import FieldProblem, NotSignedIn, RequestRefused, SignInRefused
from stayline.ports.sign_in_flow import SignInStart
from stayline.web.gateway import Gateway
from stayline.web.portal import cookies
from stayline.web.portal.forms import Form
from stayline.web.portal.pages import page, see_other
from stayline.web.portal.sessions import (
    ByProvider,
    InDevelopment,
    SignInUnderWay,
    begun,
    new_form_key,
)
from stayline.web.portal.visitors import Browser, developer
from stayline.web.portal.visits import Visit, open_to_all, signed_in
from stayline.web.security_headers import PORTAL, is_page

CALLBACK = f"{PORTAL}/sign-in/done"
SIGNED_OUT = f"{PORTAL}/signed-out"
_ROLES = tuple(role for role in Role if role is not Role.SERVICE)


@get("/sign-in", sync_to_thread=True, opt=open_to_all())
def sign_in_page(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    back_to: FromQuery[str] = PORTAL,
    ended: FromQuery[bool] = False,
) -> Response[str]:
    """Show the way to the identity provider; without one, the stand-in for this machine."""
    browser, ports = Browser(gateway, request), gateway.ports
    if ports.sign_in is not None:
        return page(visit, "sign_in.html.j2", back_to=_ours(back_to), has_ended=ended)
    browser.check_is_here()
    way = SignInUnderWay(ports.clock.now().timestamp(), new_form_key(), _ours(back_to))
    browser.keep(way, cookies.SIGN_IN)
    shown = Visit(visit.path, form_key=way.form_key)
    return _development_page(shown, name=gateway.settings.actor, has_ended=ended)


@get("/sign-in/start", sync_to_thread=True, opt=open_to_all())
def start_sign_in(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[Gateway],
    back_to: FromQuery[str] = PORTAL,
) -> Response[Any]:
    """Lead to the identity provider; what its answer is known by stays in this browser."""
    browser, ports = Browser(gateway, request), gateway.ports
    if ports.sign_in is None:
        return see_other(f"{PORTAL}/sign-in")
    start = ports.sign_in.begin(browser.origin + CALLBACK)
    at = ports.clock.now().timestamp()
    way = SignInUnderWay(
        at, new_form_key(), _ours(back_to), start.state, start.nonce, start.verifier
    )
    browser.keep(way, cookies.SIGN_IN)
    return see_other(start.address)


@get("/sign-in/done", sync_to_thread=True, opt=open_to_all())
def finish_sign_in(
    request: Request[Any, Any, Any], gateway: NamedDependency[Gateway]
) -> Response[Any]:
    """Take the provider's answer, and begin a session that has nothing of what was before it."""
    browser, ports = Browser(gateway, request), gateway.ports
    way, sign_in = browser.under_way(), ports.sign_in
    browser.keep(None, cookies.SIGN_IN)
    try:
        if way is None or sign_in is None or not way.state:
            raise SignInRefused("unknown", "this browser began none within the last ten minutes.")
        start = SignInStart("", way.state, way.nonce, way.verifier)
        given = sign_in.finish(dict(request.query_params), start, browser.origin + CALLBACK)
        caller = gateway.callers.by_token(given.access_token)
        if not caller.is_human:
            raise SignInRefused("service", "the portal is for people; programs use the API.")
        now = ports.clock.now()
        session = begun(ByProvider(given.access_token, given.refresh_token), now)
        browser.keep(session, cookies.SESSION)
    except (SignInRefused, NotSignedIn) as refusal:
        gateway.callers.refused_sign_in(refusal.because)
        raise
    ports.audit.note([session_began(caller.subject, by="provider", at=now)])
    return see_other(way.back_to)


@post("/sign-in/development", sync_to_thread=True, opt=open_to_all())
def sign_in_for_development(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Begin a session of somebody at this machine, in the roles that they choose."""
    browser, ports = Browser(gateway, request), gateway.ports
    browser.check_is_here()
    way = browser.under_way()
    try:
        by = _chosen(form, gateway)
    except RequestRefused as refusal:
        shown = refusal.problems[0]
        return _development_page(
            visit,
            name="".join(form.texts("name")[-1:]),
            employee="".join(form.texts("employee")[-1:]),
            chosen=form.texts("role"),
            problem=f"{shown.path}: {shown.message}",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    now = ports.clock.now()
    browser.keep(None, cookies.SIGN_IN)
    browser.keep(begun(by, now), cookies.SESSION)
    ports.audit.note([session_began(developer(by).subject, by="development", at=now)])
    return see_other(PORTAL if way is None else way.back_to)


@post("/sign-out", sync_to_thread=True, opt=signed_in())
def sign_out(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """End the session here, and lead to the provider's own way out if it has one."""
    browser, ports = Browser(gateway, request), gateway.ports
    session = browser.session()
    browser.forget()
    if visit.caller is not None:
        ports.audit.note([session_ended(visit.caller.subject, at=ports.clock.now())])
    if session is None or not isinstance(session.by, ByProvider) or ports.sign_in is None:
        return see_other(SIGNED_OUT)
    if session.by.refresh_token:
        ports.sign_in.revoke(session.by.refresh_token)
    return see_other(f"{SIGNED_OUT}?at_provider=1")


@get("/signed-out", sync_to_thread=True, opt=open_to_all())
def signed_out(
    request: Request[Any, Any, Any],
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    at_provider: FromQuery[bool] = False,
) -> Response[str]:
    """Say that the session is over; the way to the provider is a new one, as no form may lead."""
    sign_in, address = gateway.ports.sign_in, None
    if at_provider and sign_in is not None:
        address = sign_in.sign_out_address(Browser(gateway, request).origin + SIGNED_OUT)
    return page(visit, "signed_out.html.j2", address_out=address)


def _ours(path: str) -> str:
    """Return an address of the portal's, its front page for any other and for ways in and out."""
    if path.startswith(f"{PORTAL}/sign"):
        return PORTAL
    is_plain = path.isascii() and path.isprintable() and "\\" not in path and ".." not in path
    return path if is_plain and is_page(path.partition("?")[0]) else PORTAL


def _development_page(
    visit: Visit,
    *,
    name: str,
    employee: str = "",
    chosen: Sequence[str] = (),
    problem: str = "",
    has_ended: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[str]:
    """Return the stand-in for a sign-in; what was refused keeps what was chosen."""
    return page(
        visit,
        "sign_in_development.html.j2",
        status=status,
        roles=_ROLES,
        name=name,
        employee=employee,
        chosen=chosen,
        problem=problem,
        has_ended=has_ended,
    )


def _chosen(form: Form, gateway: Gateway) -> InDevelopment:
    """Return what was chosen, or raise `RequestRefused`."""
    name, hr_id = form.text("name", most=255), form.text("employee", is_needed=False)
    if not is_subject(name):
        raise RequestRefused([FieldProblem("Name", "expected visible ASCII letters, no space")])
    roles = tuple(role for role in _ROLES if role in form.texts("role"))
    if not roles:
        raise RequestRefused([FieldProblem("Roles", "expected one or more")])
    if not hr_id:
        return InDevelopment(name, roles)
    token = gateway.token(checked_id(hr_id, "HR id"))
    if gateway.ports.directory.find(token) is None:
        raise RequestRefused([FieldProblem("HR id", "nobody in the directory has it")])
    return InDevelopment(name, roles, token)
