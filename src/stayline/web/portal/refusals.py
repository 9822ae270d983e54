"""Errors below ``/portal``, as pages in words, with the status that the API would answer."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response
from litestar.exceptions import MethodNotAllowedException, NotFoundException

from stayline.errors import NoSuchPage, NotSignedIn
from stayline.web.errors import Problem, problem_of
from stayline.web.portal.pages import address, page, see_other
from stayline.web.portal.paging import PAGE_NAMES
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.unsent import unsent_of
from stayline.web.portal.visitors import Browser
from stayline.web.portal.visits import Visit, visit_of
from stayline.web.security_headers import PORTAL

SIGN_IN_PAGE = f"{PORTAL}/sign-in"
_SIGN_IN = [("Sign in", SIGN_IN_PAGE)]
_WITHOUT_A_WAY_BACK = ("not_local", "development")
_NOBODY_WAS_ASKED = (NotFoundException, MethodNotAllowedException)
"""Raised before anything asks who visits: no page has the address, or takes the form."""
_HEADINGS = {
    HTTPStatus.BAD_REQUEST: "This address cannot be read",
    HTTPStatus.UNAUTHORIZED: "Sign in first",
    HTTPStatus.FORBIDDEN: "This is not open to you",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "This does not go just now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something was filled in that cannot be taken",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
    HTTPStatus.SERVICE_UNAVAILABLE: "This does not answer just now",
}
_DETAILS = {
    HTTPStatus.BAD_REQUEST: "It lacks what the page needs, or asks for it in a wrong form.",
    HTTPStatus.NOT_FOUND: "No page of the portal has this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "No page of the portal is opened or sent like this.",
}
"""Of what never reached a page."""


def told_as_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer with a page that says what happened and what to do next.

    Who asks for a page without a session is led to the sign-in, and from there back to it.
    """
    visit = visit_of(request)
    if (
        isinstance(error, NotSignedIn)
        and error.because not in _WITHOUT_A_WAY_BACK
        and request.method == "GET"
        and not request.url.path.startswith(SIGN_IN_PAGE)
    ):
        query = f"?{request.url.query}" if request.url.query else ""
        asked = {"back_to": f"{request.url.path}{query}"}
        ended = {"ended": "1"} if error.because != "missing" else {}
        return see_other(f"{SIGN_IN_PAGE}?{urlencode(asked | ended)}")
    if isinstance(error, _NOBODY_WAS_ASKED) and visit.caller is None:
        visit = Browser(request.app.state.gateway, request).glance()
    problem, headers = problem_of(error)
    status = HTTPStatus(problem.status)
    detail = plain_words(problem.detail)
    if problem.type == "about:blank":
        detail = _DETAILS.get(status, detail)
    is_sign_in = (
        request.url.path.startswith(SIGN_IN_PAGE) or problem.status == HTTPStatus.UNAUTHORIZED
    )
    answer = page(
        visit,
        "problem.html.j2",
        status=status,
        heading=_HEADINGS.get(status, problem.title),
        detail=detail,
        problems=problem.errors,
        unsent=unsent_of(request),
        is_refused=status < HTTPStatus.INTERNAL_SERVER_ERROR,
        is_sign_in=is_sign_in,
        ways=_SIGN_IN if is_sign_in else _ways(request, visit, error, problem),
    )
    answer.headers.update({name: value for name, value in headers.items() if name != "Allow"})
    return answer


def _ways(
    request: Request[Any, Any, Any], visit: Visit, error: Exception, problem: Problem
) -> list[tuple[str, str]]:
    """Return where to go on: words and addresses, the nearest first."""
    path = request.url.path
    asked = {name: request.query_params[name] for name in request.query_params}
    is_page = isinstance(error, NoSuchPage)
    wrong = {*PAGE_NAMES} if is_page else {one.path for one in problem.errors}
    ways = []
    if request.method == "GET" and wrong & asked.keys():
        rest = {name: value for name, value in asked.items() if name not in wrong}
        words = "To the first page" if is_page else "To the page without that"
        ways.append((words, address(quote(path), rest)))
    ways += [
        (f"To {one.title}", PORTAL + one.path)
        for one in visit.sections
        if one.holds(path) or (path == PORTAL + one.path and request.method != "GET")
    ]
    return [*ways, ("To the start of the portal", PORTAL)]
