"""What somebody wrote into a form that a page refuses, given back so that no words are lost.

A session may end while somebody thinks about a reason. Browsers keep nothing of these pages, so
going back would show an empty form, or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.routes import HTTPRoute

from stayline.errors import FormRefused
from stayline.web.portal.forms import Form, form_of
from stayline.web.security_headers import PORTAL, is_page

_UNSENT = "portal_unsent"


@dataclass(frozen=True, slots=True)
class Unsent:
    """The texts of a form, and the page that it stood on."""

    texts: Sequence[str]
    page: str


async def keep_unsent(request: Request[Any, Any, Any]) -> None:
    """Keep what was written for the page that refuses it; nothing of what another page sent."""
    if request.headers.get("sec-fetch-site") != "same-origin":
        return
    try:
        form = await form_of(request)
    except FormRefused:
        return
    request.scope["state"][_UNSENT] = _sentences(form)


def unsent_of(request: Request[Any, Any, Any]) -> Unsent | None:
    """Return what was kept; None where nobody wrote anything."""
    texts: Sequence[str] | None = request.scope["state"].get(_UNSENT)
    return Unsent(texts, _page_of(request)) if texts else None


def _sentences(form: Form) -> list[str]:
    """Return what somebody thought about; keys, ids and choices are one word each."""
    values = (value.strip() for some in form.fields.values() for value in some)
    return [value for value in values if len(value.split()) > 1]


def _page_of(request: Request[Any, Any, Any]) -> str:
    """Return the page that a form was sent from, or what is above where that was a refusal."""
    path, sent_to = urlsplit(request.headers.get("referer", "")).path, request.url.path
    if path == sent_to and not _is_opened(request):
        path = sent_to.rpartition("/")[0]
    return path if is_page(path) else PORTAL


def _is_opened(request: Request[Any, Any, Any]) -> bool:
    """Whether where a form was sent to is a page, too."""
    place = request.scope["path_template"]
    routes = (route for route in request.app.routes if isinstance(route, HTTPRoute))
    return any(route.path_format == place and "GET" in route.methods for route in routes)
