"""Every job there is. A new one is a new line here, and a function in `work` or beside it."""

from collections.abc import Sequence
from datetime import timedelta

from stayline.domain.schedules import Cadence, Schedule
from stayline.errors import UnknownJob
from stayline.jobs.compliance import check_quarter
from stayline.jobs.job import Job
from stayline.jobs.requests import check_requests
from stayline.jobs.retraining import RETRAINING
from stayline.jobs.signing import sign
from stayline.jobs.watching import watch
from stayline.jobs.work import purge, refresh_features, score_everyone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

JOBS: tuple[Job, ...] = (
    Job(
        "audit-checkpoint",
        "Check the audit log, and sign where it stands.",
        Schedule(Cadence.DAILY, grace=DAY, hour=0, minute=10),
        sign,
    ),
    Job(
        "purge",
        "Remove what has been kept for long enough.",
        Schedule(Cadence.DAILY, grace=DAY, hour=0, minute=30),
        purge,
    ),
    Job(
        "feature-refresh",
        "Import the HR extracts that lie in the inbox.",
        Schedule(Cadence.DAILY, grace=3 * HOUR, hour=1),
        refresh_features,
    ),
    Job(
        "nightly-scores",
        "Score everyone with the deployed model.",
        Schedule(Cadence.DAILY, grace=6 * HOUR, hour=2),
        score_everyone,
    ),
    Job(
        "watch",
        "Watch the answers of each day: drift, quality, groups, reasons.",
        Schedule(Cadence.DAILY, grace=6 * HOUR, hour=2, minute=30, windows=7),
        watch,
    ),
    Job(
        "requests",
        "Count the requests of people that are overdue or due soon.",
        Schedule(Cadence.DAILY, grace=DAY, hour=5),
        check_requests,
    ),
    RETRAINING,
    Job(
        "compliance-check",
        "Check that every store is whole, and the controls of the quarter before.",
        Schedule(Cadence.QUARTERLY, grace=7 * DAY, day=1, hour=4),
        check_quarter,
    ),
)
"""In the order in which those that are due at once are run."""


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """Return that job; raises `UnknownJob`."""
    for job in jobs:
        if job.name == name:
            return job
    raise UnknownJob(name, [job.name for job in jobs])
