"""See how every job stands: its last run, what is due, what was missed, when it runs next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.job_plan import PLAN, PlannedJob
from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.schedules import standing
from stayline.ports.clock import Clock
from stayline.ports.job_book import JobBook


@dataclass(frozen=True, slots=True)
class JobState:
    """One job as it stands now.

    ``last`` is its newest run, ``last_success_at`` when one of its runs last succeeded.
    ``missed`` is the oldest scheduled time without success whose grace is over, what an alarm goes
    by; ``due`` are the times that should run now. Where a downtime was too long to catch up,
    ``left_out_before`` says before when windows are left out.
    """

    name: str
    does: str
    schedule: str
    last: JobRun | None
    duration_s: float | None
    last_success_at: datetime | None
    due: tuple[datetime, ...]
    missed: datetime | None
    next_at: datetime
    left_out_before: datetime | None


def see_jobs(
    planned: Sequence[PlannedJob] = PLAN, *, jobs: JobBook, clock: Clock
) -> list[JobState]:
    """Return how each job stands; nothing is changed by looking."""
    now = clock.now()
    return [_state(job, jobs.runs(job.name), now) for job in planned]


def _state(job: PlannedJob, runs: Sequence[JobRun], now: datetime) -> JobState:
    stands = standing(job.schedule, runs, now)
    real = [run for run in runs if run.outcome is not RunOutcome.ENROLLED]
    last = real[-1] if real else None
    duration = None if last is None else last.duration
    successes = [run.ended_at for run in real if run.outcome is RunOutcome.SUCCEEDED]
    return JobState(
        name=job.name,
        does=job.does,
        schedule=job.schedule.words(),
        last=last,
        duration_s=None if duration is None else duration.total_seconds(),
        last_success_at=successes[-1] if successes else None,
        due=stands.due,
        missed=stands.missed,
        next_at=stands.next_at,
        left_out_before=stands.left_out_before,
    )
