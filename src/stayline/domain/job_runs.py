"""What is remembered of each run of a job, so that what is due can be told from it."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from stayline.domain.light_values import light_value

SCHEDULE = "schedule"
"""Who runs a job, where no person does."""
ABANDONED = "The process that ran it ended before it was through."


class RunOutcome(StrEnum):
    """Where a run stands.

    ``ENROLLED`` is no run: it notes since when a job is kept, so that nothing before that is due.
    ``ABANDONED`` is a run whose process ended without a word.
    """

    ENROLLED = "Enrolled"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ABANDONED = "Abandoned"


@light_value
class JobRun:
    """One attempt to run a job for the time it was scheduled for.

    ``number`` is its own among all runs, ``attempt`` counts from 1 for one scheduled time. A run by
    hand that was not due is scheduled for when it began. ``message`` says what came of it, without
    personal data. ``cause`` says why it ran where its schedule does not, and ``model_version``
    whose answers were the cause.
    """

    number: int
    job: str
    scheduled_for: datetime
    attempt: int
    started_at: datetime
    started_by: str
    outcome: RunOutcome
    ended_at: datetime | None = None
    message: str = ""
    cause: str = ""
    model_version: int | None = None

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it runs, and where a clock set back cannot tell."""
        if self.ended_at is None or self.ended_at < self.started_at:
            return None
        return self.ended_at - self.started_at


def abandoned(run: JobRun) -> JobRun:
    """Return a run as it stands once its process is known to be gone."""
    return replace(run, outcome=RunOutcome.ABANDONED, message=ABANDONED)
