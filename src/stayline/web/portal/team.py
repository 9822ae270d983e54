"""My team: whom a manager leads, with what their scores say, and which deserve a look first."""

from enum import StrEnum
from typing import Any, TypeVar

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.callers import Caller
from stayline.domain.roles import Operation
from stayline.domain.team import TeamOrder, TeamPart, TeamWish
from stayline.errors import FieldProblem, RequestRefused
from stayline.usecases.view_team import A_PAGE, MOST, view_team
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.forms import Form
from stayline.web.portal.likeness import scores_alike
from stayline.web.portal.pages import address, see_other
from stayline.web.portal.paging import page_number
from stayline.web.portal.person_words import risk_in_words
from stayline.web.portal.sealed import opened, seal
from stayline.web.portal.visits import Visit, asks
from stayline.web.security_headers import PORTAL

TEAM = f"{PORTAL}/team"
PARTS = {
    TeamPart.ALL: "Everybody",
    TeamPart.HIGH: "High",
    TeamPart.MEDIUM: "Medium",
    TeamPart.LOW: "Low",
    TeamPart.RISEN: "Higher than last month",
    TeamPart.WITHOUT: "Without a score",
}
ORDERS = {
    TeamOrder.ATTENTION: "What deserves attention",
    TeamOrder.RISK: "Risk, highest first",
    TeamOrder.NAME: "Name",
    TeamOrder.AGE: "Score, oldest first",
}
_WORDS = "words looked for in a team"
_LONGEST = 100
Choice = TypeVar("Choice", bound=StrEnum)


@get("/team", sync_to_thread=True, opt=asks(Operation.VIEW_EMPLOYEE))
def team_page(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    part: FromQuery[str] = TeamPart.ALL.value,
    order: FromQuery[str] = TeamOrder.ATTENTION.value,
    find: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[Any]:
    """Show one page of the team, or of what was looked for in it."""
    wish = TeamWish(
        _chosen(TeamPart, "part", part),
        _chosen(TeamOrder, "order", order),
        _words(gateway, find),
    )
    ports = gateway.ports
    view = view_team(
        wish,
        page_number(page),
        scores_alike=lambda digest: scores_alike(ports.registry, digest),
        token_of=gateway.token,
        directory=ports.directory,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        clock=ports.clock,
        caller=caller,
    )
    return pages.page(
        visit,
        "team.html.j2",
        view=view,
        wish=wish,
        choices=list(PARTS.items()),
        orders=ORDERS,
        most=MOST,
        a_page=A_PAGE,
        query={"part": wish.part.value, "order": wish.order.value, "find": find},
        has_line=caller.employee is not None,
        risk_in_words=risk_in_words,
    )


@post("/team", sync_to_thread=True, opt=asks(Operation.VIEW_EMPLOYEE))
def look_for(gateway: NamedDependency[Gateway], form: NamedDependency[Form]) -> Response[str]:
    """Lead to the page of what was asked for, whose address tells no proxy whom.

    Names and HR ids would stand in the logs of whatever passes addresses on; so they are sealed.
    """
    part = _chosen(TeamPart, "part", form.text("part"))
    order = _chosen(TeamOrder, "order", form.text("order"))
    words = form.text("words", most=_LONGEST, is_needed=False)
    find = seal(gateway.token_key, _WORDS, words) if words else ""
    return see_other(address(TEAM, part=part.value, order=order.value, find=find))


def _words(gateway: Gateway, find: str) -> str:
    words = opened(gateway.token_key, _WORDS, find, str) if find else ""
    if words is None:
        raise RequestRefused([FieldProblem("find", "cannot be read any more; look for it again")])
    return words


def _chosen(kind: type[Choice], name: str, value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        told = f"expected one of {', '.join(kind)}"
        raise RequestRefused([FieldProblem(name, told)]) from None


TEAM_HANDLERS = (team_page, look_for)
