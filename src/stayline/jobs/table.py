"""Every job there is: what is planned, and the work it takes.

A new one is a new line in `stayline.domain.job_plan` and here, and a function in `work` or beside
it.
"""

from collections.abc import Mapping, Sequence

from stayline.domain.job_plan import PLAN
from stayline.errors import UnknownJob
from stayline.jobs.compliance import check_quarter
from stayline.jobs.job import Job, Work
from stayline.jobs.requests import check_requests
from stayline.jobs.retraining import RETRAINING
from stayline.jobs.signing import sign
from stayline.jobs.watching import watch
from stayline.jobs.work import purge, refresh_features, score_everyone

_WORK: Mapping[str, Work] = {
    "audit-checkpoint": sign,
    "purge": purge,
    "feature-refresh": refresh_features,
    "nightly-scores": score_everyone,
    "watch": watch,
    "requests": check_requests,
    RETRAINING.name: RETRAINING.work,
    "compliance-check": check_quarter,
}

JOBS: tuple[Job, ...] = tuple(
    Job(one.name, one.does, one.schedule, _WORK[one.name]) for one in PLAN
)
"""In the order in which those that are due at once are run."""


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """Return that job; raises `UnknownJob`."""
    for job in jobs:
        if job.name == name:
            return job
    raise UnknownJob(name, [job.name for job in jobs])
