"""What the monitors follow: the newest window's figures, and each over time."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor
from stayline.domain.roles import Operation
from stayline.domain.thinning import thinned
from stayline.reports.courses import course_of, same_model
from stayline.reports.drawing import short
from stayline.reports.headlines import drawable, headlines
from stayline.reports.watch_sections import MONITORS, ORDER
from stayline.reports.watch_words import VERDICTS, is_judged, named, since
from stayline.usecases.watch_window import newest_windows
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.paging import page_number, paged
from stayline.web.portal.visits import Visit, asks
from stayline.web.portal.watch.course_picture import MOST, course_picture

SPANS = (30, 60, 120)
"""How many windows may be looked back on."""


@get("/watch/figures", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def figures_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    monitor: FromQuery[str] = "",
    verdict: FromQuery[str] = "",
    number: FromQuery[str] = "1",
) -> Response[Any]:
    """Show the headlines over time, and every figure of the newest window, what changed first."""
    windows = newest_windows(gateway.ports.reports)
    newest = windows[-1] if windows else None
    own = [] if newest is None else [*same_model(newest, windows), newest]
    found = [] if newest is None else [one for one in newest.findings if is_judged(one)]
    chosen_monitor = monitor if monitor in list(Monitor) else ""
    chosen_verdict = verdict if verdict in list(Verdict) else ""
    shown = [
        one
        for one in sorted(found, key=lambda one: ORDER.index(one.verdict))
        if chosen_monitor in ("", one.monitor) and chosen_verdict in ("", one.verdict)
    ]
    drawn = []
    for at, one in enumerate(headlines(own)):
        stretches = thinned(one.readings, MOST)
        picture = course_picture(stretches, key=f"headline-{at}", name=one.name, limit=one.limit)
        drawn.append((one, stretches, picture))
    return page(
        visit,
        "watch/figures.html.j2",
        newest=newest,
        drawn=drawn,
        figures=paged(shown, page_number(number), 50),
        query={"monitor": chosen_monitor, "verdict": chosen_verdict},
        monitors={one.value: words[1] for one, words in MONITORS.items()},
        verdicts=Verdict,
        verdict_words=VERDICTS,
        named=named,
        short=short,
    )


@get("/watch/figures/one", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def figure_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    monitor: FromQuery[str],
    check: FromQuery[str],
    subject: FromQuery[str] = "",
    metric: FromQuery[str] = "",
    windows: FromQuery[int] = SPANS[1],
) -> Response[Any]:
    """Show one figure of the newest window over time, with its threshold and interval."""
    span = windows if windows in SPANS else SPANS[1]
    held = newest_windows(gateway.ports.reports, span)
    asked = (monitor, check, subject, metric)
    course = course_of(asked, held[-1], held) if held else None
    if course is None:
        raise NotFoundException
    readings = [one for one in map(drawable, course.points) if one is not None]
    stretches, finding = thinned(readings, MOST), course.finding
    return page(
        visit,
        "watch/figure.html.j2",
        finding=finding,
        newest=held[-1],
        stretches=stretches,
        picture=course_picture(
            stretches, key="course", name=named(finding), limit=finding.threshold
        )
        if stretches
        else None,
        asked={"monitor": monitor, "check": check, "subject": subject, "metric": metric},
        span=span,
        spans=SPANS,
        monitor_name=MONITORS[finding.monitor][1],
        since=since(course),
        verdicts=Verdict,
        verdict_words=VERDICTS,
        named=named,
        short=short,
    )
