"""The deployment that is under way, the ones before it, and the way back."""

from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.callers import Caller
from stayline.domain.deployment import LATELY
from stayline.domain.roles import Operation
from stayline.errors import NothingToRollBack
from stayline.usecases.follow_deployments import follow_deployments
from stayline.usecases.roll_back_model import roll_back_model
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.models.asked import MODELS
from stayline.web.portal.paging import check_page, page_number
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks

DEPLOYMENTS = f"{MODELS}/deployments"
AGAIN_AFTER_S = 5
"""How often the page of a deployment under way is loaded again."""
_LONGEST_REASON = 1000
_NO_REASON = "Say why."
_ELSEWHERE = "No process of this home answers any more, so it is not done here."
_CHANGED = "Another version serves, or is being deployed, since the page was made. Look again."


@get("/models/deployments", sync_to_thread=True, opt=asks(Operation.SEE_MODELS))
def deployments_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    page: FromQuery[str] = "1",
    follow: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show how deployments go; the page loads itself again while one does, unless ``follow=no``."""
    is_back = just_done(done, gateway=gateway, visit=visit) == "back"
    return _shown(gateway, visit, page_number(page), is_followed=follow != "no", is_back=is_back)


@post("/models/deployments/roll-back", sync_to_thread=True, opt=asks(Operation.DECIDE_ON_MODELS))
def roll_back(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Take back the deployment under way, or go back to the version before.

    The form names what it was made for, so that sending it twice does not lead there and back.
    """
    ports = gateway.ports
    reason = form.text("reason", most=_LONGEST_REASON, is_needed=False)
    seen = form.text("seen", most=100)
    problem = ""
    if not reason:
        problem = _NO_REASON
    elif not ports.deployments.workers(within=LATELY):
        problem = _ELSEWHERE
    elif seen != _state(gateway):
        problem = _CHANGED
    else:
        try:
            roll_back_model(
                by=caller.subject,
                reason=reason,
                registry=ports.registry,
                deployments=ports.deployments,
                clock=ports.clock,
            )
        except NothingToRollBack as nothing:
            problem = plain_words(nothing)
    if not problem:
        return see_done(DEPLOYMENTS, "back", gateway=gateway, visit=visit)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _shown(gateway, visit, 1, reason=reason, problem=problem, status=status)


def _shown(
    gateway: Gateway,
    visit: Visit,
    page: int,
    *,
    is_followed: bool = False,
    is_back: bool = False,
    reason: str = "",
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[Any]:
    ports = gateway.ports
    course = follow_deployments(
        page,
        registry=ports.registry,
        deployments=ports.deployments,
        audit=ports.audit,
        clock=ports.clock,
    )
    check_page(page, course.pages)
    return pages.page(
        visit,
        "models/deployments.html.j2",
        status=status,
        course=course,
        again_after_s=AGAIN_AFTER_S if is_followed and course.under_way else None,
        seen=_state(gateway),
        reason=reason,
        longest_reason=_LONGEST_REASON,
        problem=problem,
        done=is_back,
    )


def _state(gateway: Gateway) -> str:
    """Return what a roll-back would go back from: who serves, and what is being deployed."""
    traffic = gateway.ports.deployments.traffic()
    champion = traffic.champion.version if traffic.champion else "none"
    return f"{champion} {traffic.rollout_id}".strip()
