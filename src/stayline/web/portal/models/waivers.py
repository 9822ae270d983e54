"""Who lets which gate pass for want of evidence, why and until when."""

from datetime import date
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.callers import Caller
from stayline.domain.gates import Gate
from stayline.domain.roles import Operation
from stayline.domain.waivers import LONGEST_DAYS, MINIMUM_REASON
from stayline.errors import WaiverRefused
from stayline.usecases.file_waiver import file_waiver
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.models.asked import MODELS
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks

WAIVERS = f"{MODELS}/waivers"
MOST_SHOWN = 200
_LONGEST = 4000


@get("/models/waivers", sync_to_thread=True, opt=asks(Operation.SEE_MODELS))
def waivers_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    gate: FromQuery[str] = "",
    subject: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show the waivers, and a form for one, filled in with the gate that is asked about."""
    written = {"gate": gate, "subject": subject[:_LONGEST], "reason": "", "until": ""}
    is_done = just_done(done, gateway=gateway, visit=visit) == "filed"
    return _shown(gateway, visit, written, is_done=is_done)


@post("/models/waivers", sync_to_thread=True, opt=asks(Operation.DECIDE_ON_MODELS))
def file_a_waiver(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """File a waiver for the next training run of somebody else."""
    ports = gateway.ports
    names = ("gate", "subject", "reason", "until")
    written = {name: form.text(name, most=_LONGEST, is_needed=False) for name in names}
    try:
        file_waiver(
            gate=written["gate"],
            subject=written["subject"],
            reason=written["reason"],
            until=_day(written["until"]),
            by=caller.subject,
            waivers=ports.waivers,
            audit=ports.audit,
            clock=ports.clock,
        )
    except WaiverRefused as refusal:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _shown(gateway, visit, written, problem=plain_words(refusal), status=status)
    return see_done(WAIVERS, "filed", gateway=gateway, visit=visit)


def _shown(
    gateway: Gateway,
    visit: Visit,
    written: dict[str, str],
    *,
    is_done: bool = False,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[Any]:
    ports = gateway.ports
    waivers = ports.waivers.waivers()[::-1]
    return pages.page(
        visit,
        "models/waivers.html.j2",
        status=status,
        waivers=waivers[:MOST_SHOWN],
        left_out=max(0, len(waivers) - MOST_SHOWN),
        today=ports.clock.now().date(),
        gates=[gate.value for gate in Gate],
        written=written,
        problem=problem,
        done=is_done,
        least=MINIMUM_REASON,
        longest_days=LONGEST_DAYS,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        told = "its last day is not a date." if text else "it has no last day."
        raise WaiverRefused(told, "Give one as YYYY-MM-DD.") from None
