"""The portal as a part of the application: its pages, who is let in, and how errors look."""

from typing import Any

from litestar import Request, Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.response import Redirect

from stayline.errors import StaylineError
from stayline.web.portal.forms import LARGEST_FORM, form_of
from stayline.web.portal.front_page import front_page
from stayline.web.portal.person import PERSON_PAGES
from stayline.web.portal.refusals import told_as_page
from stayline.web.portal.sections import SECTIONS
from stayline.web.portal.sign_in_pages import (
    finish_sign_in,
    sign_in_for_development,
    sign_in_page,
    sign_out,
    signed_out,
    start_sign_in,
)
from stayline.web.portal.static_files import static_file
from stayline.web.portal.visitors import let_in_visitor
from stayline.web.portal.visits import Visit, open_to_all, visit_of
from stayline.web.security_headers import PORTAL


def portal_router() -> Router:
    """Return every page below ``/portal``; none is in the API's description."""
    return Router(
        PORTAL,
        route_handlers=[
            *(front_page, static_file, sign_out, signed_out),
            *(sign_in_page, start_sign_in, finish_sign_in, sign_in_for_development),
            *PERSON_PAGES,
            *(handler for section in SECTIONS for handler in section.handlers),
        ],
        guards=[let_in_visitor],
        dependencies={"visit": Provide(_visit), "form": Provide(form_of)},
        exception_handlers={
            StaylineError: told_as_page,
            HTTPException: told_as_page,
            Exception: told_as_page,
        },
        request_max_body_size=LARGEST_FORM,
        include_in_schema=False,
    )


@get("/", sync_to_thread=False, opt=open_to_all(), include_in_schema=False)
def to_the_portal(request: Request[Any, Any, Any]) -> Redirect:
    """Lead browsers to the portal; programs that ask here are told that there is nothing."""
    if "text/html" not in request.headers.get("accept", ""):
        raise NotFoundException
    return Redirect(PORTAL)


async def _visit(request: Request[Any, Any, Any]) -> Visit:
    return visit_of(request)
