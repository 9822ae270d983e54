"""The server's own figures over time, minute by minute."""

from datetime import timedelta
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.roles import Operation
from stayline.domain.thinning import Reading, thinned
from stayline.reports.drawing import short
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.visits import Visit, asks
from stayline.web.portal.watch.course_picture import MOST, course_picture
from stayline.web.portal.watch.rules import rules_or_problem


class Figure(NamedTuple):
    """One figure of the server: what it is called, what it is, and how many of it people read."""

    metric: str
    name: str
    unit: str
    each: float = 1.0


FIGURES = (
    Figure("Invocations", "Requests", "since the sample before"),
    Figure("EndToEndLatency_p95", "Time to answer, slowest of twenty", "ms", 1000.0),
    Figure("ModelLatency_p95", "Time at the model, slowest of twenty", "ms", 1000.0),
    Figure("Invocation4XXErrors", "Requests refused", "share of all"),
    Figure("Invocation5XXErrors", "Requests that failed", "share of all"),
    Figure("FallbackShare", "Answered by a kept score", "share of all"),
    Figure("CaptureLag", "Longest wait of a capture for the disk", "s"),
)
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}
"""How far back may be looked, ending now."""


@get("/watch/serving", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def serving_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    figure: FromQuery[str] = FIGURES[0].metric,
    span: FromQuery[str] = "day",
) -> Response[Any]:
    """Show one figure of the server over a day or a week, with its alarm's threshold."""
    chosen = next((one for one in FIGURES if one.metric == figure), FIGURES[0])
    span = span if span in SPANS else "day"
    rules, problem = rules_or_problem(gateway)
    rule = next((one for one in rules if one.metric == chosen.metric and not one.off), None)
    now = gateway.ports.clock.now()
    readings = [
        Reading(
            point.at,
            point.value / chosen.each,
            is_beyond=rule is not None and rule.breaches(point.value),
        )
        for point in gateway.ports.metrics.points(chosen.metric, since=now - SPANS[span])
    ]
    limit = None if rule is None else rule.threshold / chosen.each
    stretches = thinned(readings, MOST)
    return page(
        visit,
        "watch/serving.html.j2",
        chosen=chosen,
        figures=FIGURES,
        span=span,
        rule=rule,
        limit=limit,
        stretches=stretches,
        readings=len(readings),
        picture=course_picture(stretches, key="course", name=chosen.name, limit=limit)
        if stretches
        else None,
        short=short,
        rules_problem=problem,
    )
