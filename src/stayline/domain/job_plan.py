"""What has to be done again and again, and when; `stayline.jobs` knows how it is done."""

from dataclasses import dataclass
from datetime import timedelta

from stayline.domain.schedules import Cadence, Schedule
from stayline.errors import UnknownJob

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One thing that has to be done again and again: its name, what it does, and when."""

    name: str
    does: str
    schedule: Schedule


PLAN: tuple[PlannedJob, ...] = (
    PlannedJob(
        "audit-checkpoint",
        "Check the audit log, and sign where it stands.",
        Schedule(Cadence.DAILY, grace=_DAY, hour=0, minute=10),
    ),
    PlannedJob(
        "purge",
        "Remove what has been kept for long enough.",
        Schedule(Cadence.DAILY, grace=_DAY, hour=0, minute=30),
    ),
    PlannedJob(
        "feature-refresh",
        "Import the HR extracts that lie in the inbox.",
        Schedule(Cadence.DAILY, grace=3 * _HOUR, hour=1),
    ),
    PlannedJob(
        "nightly-scores",
        "Score everyone with the deployed model.",
        Schedule(Cadence.DAILY, grace=6 * _HOUR, hour=2),
    ),
    PlannedJob(
        "watch",
        "Watch the answers of each day: drift, quality, groups, reasons.",
        Schedule(Cadence.DAILY, grace=6 * _HOUR, hour=2, minute=30, windows=7),
    ),
    PlannedJob(
        "requests",
        "Count the requests of people that are overdue or due soon.",
        Schedule(Cadence.DAILY, grace=_DAY, hour=5),
    ),
    PlannedJob(
        "retrain",
        "Train a new version, which waits for a person's approval.",
        Schedule(Cadence.MONTHLY, grace=2 * _DAY, day=2, hour=3, attempts=2, backoff=_HOUR),
    ),
    PlannedJob(
        "compliance-check",
        "Check that every store is whole, and the controls of the quarter before.",
        Schedule(Cadence.QUARTERLY, grace=7 * _DAY, day=1, hour=4),
    ),
)
"""In the order in which those that are due at once are run."""


def planned_job(name: str) -> PlannedJob:
    """Return the plan of that job; raises `UnknownJob`."""
    for one in PLAN:
        if one.name == name:
            return one
    raise UnknownJob(name, [one.name for one in PLAN])
