"""Executions of pipelines: how far each came, its steps as a graph, and what a step printed."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from stayline.domain.roles import Operation
from stayline.pipeline.drawing import svg_drawing, text_drawing
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.paging import page_number, paged, pages_of
from stayline.web.portal.visits import Visit, asks

LINES = 200
_LONGEST_LINE = 500


@get("/watch/executions", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def executions_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], number: FromQuery[str] = "1"
) -> Response[Any]:
    """List the executions, newest first."""
    executions = paged(gateway.ports.runner.executions(), page_number(number))
    return page(visit, "watch/executions.html.j2", executions=executions, query={})


@get("/watch/executions/{execution:str}", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def execution_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], execution: FromPath[str]
) -> Response[Any]:
    """Show one execution: its graph, its steps, how long each took, and why it failed."""
    runner = gateway.ports.runner
    found, document = runner.find(execution), runner.definition(execution)
    statuses = {step.name: step.status.value for step in found.steps}
    drawing = Markup(svg_drawing(document, statuses, style=""))  # noqa: S704  (escaped there)
    return page(
        visit,
        "watch/execution.html.j2",
        execution=found,
        drawing=drawing,
        drawn=text_drawing(document, statuses),
    )


@get(
    "/watch/executions/{execution:str}/log",
    sync_to_thread=True,
    opt=asks(Operation.SEE_MONITORING),
)
def log_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    execution: FromPath[str],
    step: FromQuery[str],
    number: FromQuery[str] = "",
) -> Response[Any]:
    """Show what a step printed, the end of it first, since errors stand there."""
    lines = [
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
        for line in gateway.ports.runner.log(execution, step).splitlines()
    ]
    return page(
        visit,
        "watch/log.html.j2",
        execution=execution,
        step=step,
        lines=paged(lines, page_number(number) if number else pages_of(lines, LINES), LINES),
        size=LINES,
    )
