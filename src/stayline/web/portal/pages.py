"""Pages from the templates beside this, with the frame that a visit gives them."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from litestar import Response

from stayline.domain.roles import Operation
from stayline.reports.templating import environment
from stayline.web.portal.static_files import STYLE, SYMBOL
from stayline.web.portal.visits import Visit

_NOTHING: Mapping[str, object] = {}


def page(
    visit: Visit,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **values: object,
) -> Response[str]:
    """Return the page of a template; every value is escaped unless it is a picture."""
    made = environment("stayline.web.portal").get_template(template)
    text = made.render(
        visit=visit, style=STYLE, symbol=SYMBOL, address=address, Operation=Operation, **values
    )
    return Response(text, status_code=status, media_type="text/html")


def see_other(path: str) -> Response[str]:
    """Return an answer that leads to another page, as after a form that was taken."""
    return Response(
        "", status_code=HTTPStatus.SEE_OTHER, media_type="text/plain", headers={"Location": path}
    )


def address(path: str, query: Mapping[str, object] = _NOTHING, **changed: object) -> str:
    """Return a page's address as it is asked now, but for what changes; None and "" are left out.

    >>> address("/portal/team", {"q": "a&b", "page": 3}, page=4)
    '/portal/team?q=a%26b&page=4'
    """
    asked = {**query, **changed}
    told = urlencode({name: value for name, value in asked.items() if value not in (None, "")})
    return f"{path}?{told}" if told else path
