"""The front page: what there is to do here, how old the scores are, and whether anything rings."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stayline.domain.alarms import AlarmState
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.roles import Operation
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.visits import Visit, signed_in


@get("/", sync_to_thread=True, opt=signed_in())
def front_page(gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]) -> Response[Any]:
    """Show each part that the visitor's roles open, and how the whole stands."""
    ports = gateway.ports
    runs = ports.audit.between(kinds={AuditEventKind.WORKFORCE_SCORED}, limit=1)
    ringing = None
    if visit.may(Operation.SEE_MONITORING):
        standings = ports.alarms.standings().values()
        ringing = sum(one.state is AlarmState.ALARM for one in standings)
    return page(
        visit,
        "front.html.j2",
        stop=ports.control.state().stop,
        serving=ports.registry.serving(),
        scored_at=next((run.at for run in runs), None),
        ringing=ringing,
    )
