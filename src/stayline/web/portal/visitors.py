"""Tells who visits by the session's cookie alone: no page takes a token or key of the API's."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation, Role
from stayline.errors import NotSignedIn, SignInRefused, StaylineError
from stayline.web.calls import Call
from stayline.web.framework_calls import call_of
from stayline.web.gateway import Gateway
from stayline.web.operations import CALLER, OPERATION
from stayline.web.portal import cookies
from stayline.web.portal.forms import check_form
from stayline.web.portal.sealed import opened, seal
from stayline.web.portal.sections import SECTIONS
from stayline.web.portal.sessions import (
    ByProvider,
    InDevelopment,
    Session,
    SignInUnderWay,
)
from stayline.web.portal.unsent import keep_unsent
from stayline.web.portal.visits import SESSION_NEEDED, Visit, note_visit, visit_of

NOT_LOCAL = "not_local"
_ENDED = ("ended", "your session is over, as it is after half an hour without a visit.")


async def let_in_visitor(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Find out who visits before a page is made, and check every form that is sent."""
    request: Request[Any, Any, Any] = Request(connection.scope, connection.receive)
    if request.method == "OPTIONS":
        return
    browser = Browser(connection.app.state.gateway, request)
    needed = bool(handler.opt.get(SESSION_NEEDED))
    operation: Operation = handler.opt[OPERATION]
    try:
        await sync_to_thread(browser.tell, operation, is_needed=needed)
        if request.method != "GET":
            await check_form(request, visit_of(request).form_key, browser.origin)
    finally:
        if request.method != "GET":
            await keep_unsent(request)


class Browser:
    """What one request's cookies say, and what the browser shall keep after it."""

    def __init__(self, gateway: Gateway, request: Request[Any, Any, Any]) -> None:
        self._gateway = gateway
        self._call: Call = call_of(request, b"")
        self._request = request
        self._cookies: Mapping[str, str] = request.cookies
        self._path = request.url.path
        by_proxy = gateway.callers.is_by_proxy(self._call)
        self._is_https = by_proxy or request.scope["scheme"] == "https"
        host = request.headers.get("host", "")
        self.origin = f"{'https' if self._is_https else 'http'}://{host}"

    def tell(self, operation: Operation, *, is_needed: bool) -> None:
        """Note the visit, its caller and the session as it goes on.

        Raises `NotSignedIn` or `NotPermitted` where a session is needed; whoever may not see this
        page is told so on one of theirs.
        """
        if not is_needed:  # whose only forms are those of a sign-in
            under_way = self.under_way()
            key = under_way.form_key if under_way else ""
            note_visit(self._request, Visit(self._path, form_key=key))
            return
        session = self.session()

        def told() -> Caller:
            caller, goes_on = self._told(session)
            if goes_on is not session:
                self.keep(goes_on, cookies.SESSION)
            note_visit(self._request, self._visit(caller, goes_on))
            self._request.scope["state"][CALLER] = caller
            return caller

        try:
            self._gateway.callers.admitted(self._call, operation, told)
        except NotSignedIn as refusal:
            if refusal.because != NOT_LOCAL:  # another page may have sent this: it ends nothing
                self.forget()
            raise

    def glance(self) -> Visit:
        """Return whose visit this is; nothing is asked of anybody, refused or renewed."""
        session = self.session()
        if session is not None:
            with suppress(StaylineError):
                return self._visit(self._caller(session), session)
        return Visit(self._path)

    def session(self) -> Session | None:
        """Return the session if it still holds; one that does not is forgotten."""
        kept: Session | None = self._opened(cookies.SESSION, Session)
        if kept is None or not kept.holds_at(self._gateway.ports.clock.now()):
            return None
        return kept

    def under_way(self) -> SignInUnderWay | None:
        """Return the sign-in that this browser began a moment ago."""
        kept: SignInUnderWay | None = self._opened(cookies.SIGN_IN, SignInUnderWay)
        if kept is None or not kept.holds_at(self._gateway.ports.clock.now()):
            return None
        return kept

    def keep(self, value: Session | SignInUnderWay | None, name: str) -> None:
        """Let the browser keep a value from this answer on, None to end it."""
        text = "" if value is None else seal(self._gateway.token_key, name, value)
        cookies.keep(self._request.scope, self._cookies, name, text, is_https=self._is_https)

    def forget(self) -> None:
        """End the session in this browser."""
        self.keep(None, cookies.SESSION)

    def check_is_here(self) -> None:
        """Raise `NotSignedIn` unless this is somebody at this machine, without a provider."""
        problem = self._gateway.callers.not_at_this_machine(self._call)
        if self._gateway.ports.tokens is not None:
            raise NotSignedIn("development", "there is an identity provider to sign in at.")
        if problem is not None:
            raise NotSignedIn(
                NOT_LOCAL,
                f"{problem}, and without an identity provider (oidc_issuer) the portal is for "
                "somebody at its own machine only.",
            )

    def _told(self, session: Session | None) -> tuple[Caller, Session]:
        """Return who the session is of, and the session as it goes on."""
        if session is None:
            had_one = cookies.kept(self._cookies, cookies.SESSION, is_https=self._is_https)
            raise NotSignedIn(*(_ENDED if had_one else ("missing", "sign in to see this page.")))
        now, sign_in = self._gateway.ports.clock.now(), self._gateway.ports.sign_in
        old = session.by.refresh_token if isinstance(session.by, ByProvider) else ""
        try:
            return self._caller(session), session.seen(now)
        except NotSignedIn as refusal:
            if refusal.because != "expired" or not old or sign_in is None:
                raise
        try:
            given = sign_in.renew(old)
        except SignInRefused:
            raise NotSignedIn(*_ENDED) from None
        renewed = session.renewed(ByProvider(given.access_token, given.refresh_token))
        return self._caller(renewed), renewed.seen(now)

    def _caller(self, session: Session) -> Caller:
        if isinstance(session.by, InDevelopment):
            self.check_is_here()
            return developer(session.by)
        return self._gateway.callers.by_token(session.by.access_token)

    def _visit(self, caller: Caller, session: Session) -> Visit:
        return Visit(
            self._path,
            caller,
            session.form_key,
            [one for one in SECTIONS if any(map(caller.may, one.asks))],
            isinstance(session.by, InDevelopment),
        )

    def _opened(self, name: str, kind: type[Any]) -> Any:
        text = cookies.kept(self._cookies, name, is_https=self._is_https)
        return None if text is None else opened(self._gateway.token_key, name, text, kind)


def developer(by: InDevelopment) -> Caller:
    """Return who somebody at this machine chose to be."""
    employee = None if by.employee is None else EmployeeToken(by.employee)
    return Caller(by.name, frozenset(by.roles) & frozenset(Role), is_human=True, employee=employee)
