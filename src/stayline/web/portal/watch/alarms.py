"""What rings, what was noted, what is over; and taking note."""

from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.alarm_history import LONGEST_NOTE, MINIMUM_NOTE
from stayline.domain.alarm_message import RUNBOOK
from stayline.domain.callers import Caller
from stayline.domain.roles import Operation
from stayline.errors import AcknowledgementRefused
from stayline.usecases.acknowledge_alarm import acknowledge_alarm
from stayline.usecases.list_alarms import Stage, list_alarms
from stayline.web.gateway import Gateway
from stayline.web.portal.done import just_done, see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.pages import page
from stayline.web.portal.paging import check_page, page_number, paged, pages_of
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks
from stayline.web.portal.watch.rules import rules_or_problem

ALARMS, ONE = "/portal/watch/alarms", "/portal/watch/alarms/one"
MOST_CHANGES = 1000
"""So far back the history goes on a page; `stayline alarms history` goes further."""
_LONGEST_SENT = 4000


@get("/watch/alarms", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def alarms_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    stage: FromQuery[str] = "",
    number: FromQuery[str] = "1",
) -> Response[Any]:
    """List the alarms of one stage, or all: what rings and nobody has noted comes first."""
    rules, problem = rules_or_problem(gateway)
    alarms = list_alarms(rules, alarms=gateway.ports.alarms)
    chosen = stage if stage in list(Stage) else ""
    return page(
        visit,
        "watch/alarms.html.j2",
        alarms=paged([one for one in alarms if chosen in ("", one.stage)], page_number(number)),
        counts={one: sum(alarm.stage is one for alarm in alarms) for one in Stage},
        query={"stage": chosen},
        stages=Stage,
        rules_problem=problem,
        off=[rule for rule in rules if rule.off],
        lost=gateway.ports.alarms.given_up(limit=5),
    )


@get("/watch/alarms/one", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def alarm_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    alarm: FromQuery[str],
    number: FromQuery[str] = "1",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show one alarm: how it stands, what to do, who has taken note, and how it came to that."""
    noted = just_done(done, gateway=gateway, visit=visit) == alarm
    return _one(gateway, visit, alarm, number=page_number(number), noted=noted)


@post("/watch/alarms/one", sync_to_thread=True, opt=asks(Operation.ACKNOWLEDGE_ALARM))
def acknowledge(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Response[Any]:
    """Take note of an alarm in one's own name; a note that is refused is not lost."""
    ports, alarm = gateway.ports, form.text("alarm")
    note = form.text("note", most=_LONGEST_SENT, is_needed=False)
    try:
        acknowledge_alarm(
            alarm, note=note, by=caller.subject,
            alarms=ports.alarms, audit=ports.audit, clock=ports.clock,
        )  # fmt: skip
    except AcknowledgementRefused as refusal:
        return _one(gateway, visit, alarm, note=note, problem=plain_words(refusal))
    return see_done(ONE, alarm, gateway=gateway, visit=visit, alarm=alarm)


def _one(
    gateway: Gateway,
    visit: Visit,
    alarm: str,
    *,
    number: int = 1,
    noted: bool = False,
    note: str = "",
    problem: str = "",
) -> Response[Any]:
    rules, rules_problem = rules_or_problem(gateway)
    ports = gateway.ports
    found = list_alarms(rules, alarms=ports.alarms, alarm=alarm)[0]
    changes = ports.alarms.history(alarm, limit=MOST_CHANGES)
    notes = ports.alarms.acknowledgements(alarm)[::-1]
    check_page(number, max(pages_of(changes), pages_of(notes)))
    return page(
        visit,
        "watch/alarm.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        alarm=found,
        changes=paged(changes, min(number, pages_of(changes))),
        is_cut=len(changes) == MOST_CHANGES,
        notes=paged(notes, min(number, pages_of(notes))),
        noted=noted,
        note=note,
        problem=problem,
        rules_problem=rules_problem,
        runbook=RUNBOOK,
        shortest=MINIMUM_NOTE,
        longest=LONGEST_NOTE,
        stages=Stage,
    )
