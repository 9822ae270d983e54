"""All versions: where each stands, what it was made from, how its gates are, who decided."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from stayline.domain.model_package import ApprovalStatus
from stayline.domain.roles import Operation
from stayline.usecases.list_models import list_models
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.models.asked import STATUSES
from stayline.web.portal.paging import check_page, page_number
from stayline.web.portal.visits import Visit, asks


@get("/models", sync_to_thread=True, opt=asks(Operation.SEE_MODELS))
def list_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    status: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[Any]:
    """Show one page of the versions, newest first; a status that there is not shows all."""
    ports = gateway.ports
    wanted = ApprovalStatus(status) if status in list(ApprovalStatus) else None
    number = page_number(page)
    found = list_models(number, status=wanted, registry=ports.registry, clock=ports.clock)
    check_page(number, found.pages)
    return pages.page(
        visit,
        "models/list.html.j2",
        found=found,
        is_under_way=bool(ports.deployments.traffic().rollout_id),
        statuses=STATUSES,
        chosen=wanted.value if wanted else "",
    )
