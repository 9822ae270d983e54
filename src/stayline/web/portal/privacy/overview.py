"""What is due: requests by deadline, holds to look at, the next purge, chain, quarter's report."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stayline.domain.deadlines import RightsPolicy
from stayline.domain.roles import Operation
from stayline.formats.governance_toml import read_policy
from stayline.usecases.list_compliance_reports import list_compliance_reports
from stayline.usecases.list_holds import list_holds
from stayline.usecases.list_requests import list_requests
from stayline.usecases.read_chain_state import read_chain_state
from stayline.usecases.read_purge_ledger import read_purge_ledger
from stayline.web.gateway import Gateway
from stayline.web.portal.privacy.parts import privacy_page
from stayline.web.portal.privacy.words import KINDS, STANDINGS, deadline
from stayline.web.portal.visits import Visit, asks

_PRESSING = 5


@get("/privacy", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def privacy_overview(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]
) -> Response[Any]:
    """Show how privacy stands; each part only to whoever may open its page."""
    ports = gateway.ports
    soon = read_policy(gateway.settings.home, "rights", RightsPolicy).due_soon_days
    waiting = [
        one
        for one in list_requests(due_soon_days=soon, register=ports.register, clock=ports.clock)
        if one.is_open
    ]
    holds = [one for one in list_holds(register=ports.register, clock=ports.clock) if one.stands]
    reports = list_compliance_reports(newest=1, reports=ports.reports)
    return privacy_page(
        visit,
        "overview.html.j2",
        waiting=waiting[:_PRESSING],
        waiting_count=len(waiting),
        overdue=sum(one.days_left < 0 for one in waiting),
        holds=holds,
        ledger=read_purge_ledger(register=ports.register, jobs=ports.jobs, clock=ports.clock),
        chain=read_chain_state(audit=ports.audit),
        report=reports[0] if reports else None,
        words=(KINDS, STANDINGS, deadline),
    )
