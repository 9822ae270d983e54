"""Run what is due, once; whatever a job does wrong is noted, and stops nothing else."""

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from stayline.bootstrap import Ports
from stayline.domain.job_runs import SCHEDULE, JobRun, RunOutcome
from stayline.domain.schedules import Standing, standing
from stayline.errors import StaylineError
from stayline.jobs.job import NOBODY, Call, Job, Listener
from stayline.settings import Settings

_log = logging.getLogger(__name__)


def run_due(
    job: Job,
    *,
    ports: Ports,
    settings: Settings,
    by: str = SCHEDULE,
    listener: Listener = NOBODY,
    stops: Callable[[], bool] = lambda: False,
) -> list[JobRun]:
    """Run a job for each time that is due, oldest first, and return the runs.

    Between two it may be stopped. The first call ever notes that the job is kept from now on.
    Raises `JobUnderWay` where another process runs it.
    """
    ports.jobs.enrol([job.name], at=ports.clock.now())
    if not standing_of(job, ports).due:
        return []
    runs = []
    with ports.jobs.alone(job.name):
        while not stops() and (due := standing_of(job, ports).due):
            run = run_once(job, due[0], ports=ports, settings=settings, by=by, listener=listener)
            if run is None:
                break
            runs.append(run)
    return runs


def run_by_hand(
    job: Job, *, ports: Ports, settings: Settings, by: str, listener: Listener = NOBODY
) -> list[JobRun]:
    """Run a job because a person asks, whom the record names; return the runs.

    What could be caught up is, given-up times included; where nothing could, it runs for now.
    Raises `JobUnderWay`.
    """
    now = ports.clock.now()
    ports.jobs.enrol([job.name], at=now)
    with ports.jobs.alone(job.name):
        times = standing_of(job, ports).unserved or (now,)
        runs = (
            run_once(job, time, ports=ports, settings=settings, by=by, listener=listener)
            for time in times
        )
        return [run for run in runs if run is not None]


def standing_of(job: Job, ports: Ports) -> Standing:
    """Return what is due of a job now."""
    return standing(job.schedule, ports.jobs.runs(job.name), ports.clock.now())


def run_once(
    job: Job,
    scheduled_for: datetime,
    *,
    ports: Ports,
    settings: Settings,
    by: str,
    cause: str = "",
    model_version: int | None = None,
    listener: Listener = NOBODY,
) -> JobRun | None:
    """Run a job for one time and return the run; None where that time has had its success.

    Only for who holds the job. A line of the log tells of each run.
    """
    begun = ports.jobs.begin(
        job.name,
        scheduled_for,
        by=by,
        at=ports.clock.now(),
        cause=cause,
        model_version=model_version,
    )
    if begun is None:
        return None
    window = job.schedule.window(scheduled_for)
    call = Call(scheduled_for, window, by=by, cause=cause, listener=listener)
    began, fault = monotonic(), None
    outcome = RunOutcome.FAILED
    try:
        message, outcome = job.work(ports, settings, call), RunOutcome.SUCCEEDED
    except StaylineError as error:
        message = str(error)
    except Exception as error:  # its words may quote data
        message, fault = _unexpected(error), error
    figures = {
        "job": job.name,
        "scheduled_for": scheduled_for.isoformat(),
        "attempt": begun.attempt,
        "outcome": outcome.value,
        "duration_ms": round((monotonic() - began) * 1000, 3),
    }
    level = logging.INFO if outcome is RunOutcome.SUCCEEDED else logging.ERROR
    _log.log(level, "%s", message, extra=figures, exc_info=fault)
    return ports.jobs.end(begun, outcome, message, at=ports.clock.now())


def _unexpected(error: Exception) -> str:
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"An unexpected {type(error).__name__}{reason}; the log tells where."
