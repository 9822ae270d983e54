"""Watch at a glance: does it answer, how old is what it says, what rings, what did monitors see."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor, Watched
from stayline.domain.roles import Operation
from stayline.ports.target_health import IN_PROCESS
from stayline.reports.watch_sections import MONITORS
from stayline.reports.watch_words import headline, is_judged
from stayline.usecases.check_readiness import Grade, check_readiness
from stayline.usecases.list_alarms import Stage, list_alarms
from stayline.usecases.see_jobs import see_jobs
from stayline.usecases.watch_window import newest_windows
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.visits import Visit, asks
from stayline.web.portal.watch.rules import rules_or_problem

_MOST_ALARMS = 5


class MonitorNow(NamedTuple):
    """What one monitor said of the newest window, counted by verdict."""

    monitor: Monitor
    title: str
    verdicts: Mapping[Verdict, int]


@get("/watch", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def overview_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]
) -> Response[Any]:
    """Show how serving, the newest window, alarms and jobs stand."""
    ports, settings = gateway.ports, gateway.settings
    rules, problem = rules_or_problem(gateway)
    alarms = list_alarms(rules, alarms=ports.alarms)
    windows = newest_windows(ports.reports, 1)
    runs = ports.audit.between(kinds={AuditEventKind.WORKFORCE_SCORED}, limit=1)
    return page(
        visit,
        "watch/overview.html.j2",
        readiness=check_readiness(
            endpoint=ports.endpoint, registry=ports.registry,
            answers_at=settings.endpoint_url or IN_PROCESS, health=ports.health,
            limits=settings.fallback_limits, scores=ports.scores, stores=ports.stores,
            control=ports.control, secrets=ports.secrets, clock=ports.clock,
        ),
        grades=Grade,
        serving=ports.registry.serving(),
        scored_at=next((run.at for run in runs), None),
        newest=windows[0] if windows else None,
        headline=headline(windows[0]).said if windows else "",
        monitors=list(_monitors(windows[0])) if windows else [],
        verdicts=Verdict,
        ringing=[one for one in alarms if one.stage in (Stage.OPEN, Stage.ACKNOWLEDGED)],
        most_alarms=_MOST_ALARMS,
        stages=Stage,
        missed=[
            job for job in see_jobs(jobs=ports.jobs, clock=ports.clock) if job.missed is not None
        ],
        rules_problem=problem,
    )  # fmt: skip


def _monitors(watched: Watched) -> Iterator[MonitorNow]:
    judged = [finding for finding in watched.findings if is_judged(finding)]
    for monitor, (_, title) in MONITORS.items():
        yield MonitorNow(
            monitor, title, Counter(one.verdict for one in judged if one.monitor is monitor)
        )
