"""What runs on a schedule: how each job stands, its runs, and what to do when one failed."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from stayline.domain.alarm_message import RUNBOOK
from stayline.domain.job_plan import planned_job
from stayline.domain.job_runs import RunOutcome
from stayline.domain.roles import Operation
from stayline.usecases.see_jobs import see_jobs
from stayline.web.gateway import Gateway
from stayline.web.portal.pages import page
from stayline.web.portal.paging import page_number, paged
from stayline.web.portal.visits import Visit, asks


@get("/watch/jobs", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def jobs_page(gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]) -> Response[Any]:
    """List every job with its last run and its next."""
    states = see_jobs(jobs=gateway.ports.jobs, clock=gateway.ports.clock)
    return page(visit, "watch/jobs.html.j2", jobs=states)


@get("/watch/jobs/{name:str}", sync_to_thread=True, opt=asks(Operation.SEE_MONITORING))
def job_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    name: FromPath[str],
    number: FromQuery[str] = "1",
) -> Response[Any]:
    """Show one job and its runs, newest first."""
    jobs = gateway.ports.jobs
    state = see_jobs([planned_job(name)], jobs=jobs, clock=gateway.ports.clock)[0]
    runs = [run for run in jobs.runs(name)[::-1] if run.outcome is not RunOutcome.ENROLLED]
    return page(
        visit,
        "watch/job.html.j2",
        job=state,
        runs=paged(runs, page_number(number)),
        runbook=RUNBOOK,
        outcomes=RunOutcome,
    )
