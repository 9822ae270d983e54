"""What imports found wrong with the data: counts, never a value."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from stayline.domain.roles import Operation
from stayline.usecases.find_data_findings import MOST_CELLS, find_data_findings
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.paging import page_number, paged
from stayline.web.portal.visits import Visit, asks


@get("/watch/imports", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def imports_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], number: FromQuery[str] = "1"
) -> Response[Any]:
    """List the imports, newest first, with how many of their rows were rejected."""
    numbered = list(enumerate(gateway.ports.imports.records(), start=1))[::-1]
    return page(visit, "watch/imports.html.j2", imports=paged(numbered, page_number(number)))


@get("/watch/imports/{which:int}", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def import_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], which: FromPath[int]
) -> Response[Any]:
    """Show what one import found, by severity and column."""
    found = find_data_findings(
        which,
        imports=gateway.ports.imports,
        audit=gateway.ports.audit,
        rejects=gateway.settings.home / "rejects",
    )
    if found is None:
        raise NotFoundException
    return page(visit, "watch/import.html.j2", which=which, found=found, most_cells=MOST_CELLS)
