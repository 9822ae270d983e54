"""Who looks at a page, and what the page may show of the portal around it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Request

from stayline.domain.callers import Caller
from stayline.domain.roles import Operation
from stayline.web.operations import OPERATION, TOLD_IN_READ
from stayline.web.portal.section import Section

SESSION_NEEDED = "session_needed"
_VISIT = "portal_visit"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by a browser; ``caller`` is None where nobody has signed in.

    ``form_key`` goes into every form; ``path`` is the page's own address, to come back to;
    ``signs_in`` says whether there is an identity provider. ``is_development`` shows the banner.
    """

    path: str
    caller: Caller | None = None
    form_key: str = field(default="", repr=False)
    sections: Sequence[Section] = ()
    is_development: bool = False

    def may(self, operation: str) -> bool:
        """Whether the visitor's roles permit this, for what a page shows or leaves out."""
        return self.caller is not None and self.caller.may(Operation(operation))


def asks(operation: Operation) -> dict[str, Any]:
    """Return the ``opt`` of a page for whoever is signed in and permitted this."""
    return {OPERATION: operation, TOLD_IN_READ: True, SESSION_NEEDED: True}


def signed_in() -> dict[str, Any]:
    """Return the ``opt`` of a page for anybody who is signed in, whatever their roles."""
    return asks(Operation.SEE_HEALTH)


def open_to_all() -> dict[str, Any]:
    """Return the ``opt`` of what needs no sign-in: the way to it, and the style."""
    return {OPERATION: Operation.SEE_HEALTH}


def note_visit(request: Request[Any, Any, Any], visit: Visit) -> None:
    """Keep the visit for the handler's parameter ``visit`` and for error pages."""
    request.scope["state"][_VISIT] = visit


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """Return the visit, one of nobody where the request never reached a page of the portal."""
    visit: Visit | None = request.scope["state"].get(_VISIT)
    return visit or Visit(request.url.path)
