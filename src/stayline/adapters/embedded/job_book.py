"""Job runs in SQLite, and a lock a job that a killed process lets go of."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.job_tables import job_runs
from stayline.adapters.embedded.pipeline.claims import ExecutionClaims
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.domain.job_runs import ABANDONED, SCHEDULE, JobRun, RunOutcome, abandoned
from stayline.errors import JobUnderWay, StillExecuting

_ABANDONED = {"outcome": RunOutcome.ABANDONED.value, "message": ABANDONED}
_running = job_runs.c.outcome == RunOutcome.RUNNING.value


class SqliteJobBook:
    """Keeps one row an attempt; who runs a job holds the lock on its folder under ``locks``.

    Where gateways share the database it holds the job's lock there, too.
    """

    def __init__(self, engine: sa.Engine, locks: Path) -> None:
        self._engine = engine
        self._claims = ExecutionClaims(locks, SharedLocks(engine), called="The jobs folder")

    def enrol(self, jobs: Collection[str], *, at: datetime) -> None:
        """Note once that jobs are kept from now on."""
        kept_by_then = sa.select(job_runs.c.job).where(job_runs.c.scheduled_for <= at)
        with reading(self._engine) as connection:
            if set(jobs) <= set(connection.execute(kept_by_then.distinct()).scalars()):
                return
        with writing(self._engine) as connection:
            kept = set(connection.execute(kept_by_then.distinct()).scalars())
            for job in sorted(set(jobs) - kept):
                first = {"job": job, "scheduled_for": at, "attempt": 0, "started_at": at}
                ended = {"outcome": RunOutcome.ENROLLED.value, "ended_at": at, "message": ""}
                row = first | ended | {"started_by": SCHEDULE, "cause": ""}
                connection.execute(sa.insert(job_runs).values(row))

    @contextmanager
    def alone(self, job: str) -> Iterator[None]:
        """Hold the job's lock; note what its last holder left unfinished as abandoned."""
        try:
            with self._claims.held(lambda: job):
                with writing(self._engine) as connection:
                    left = sa.update(job_runs).where(job_runs.c.job == job, _running)
                    connection.execute(left.values(_ABANDONED))
                yield
        except StillExecuting:
            raise JobUnderWay(job) from None

    def begin(
        self,
        job: str,
        scheduled_for: datetime,
        *,
        by: str,
        at: datetime,
        cause: str = "",
        model_version: int | None = None,
    ) -> JobRun | None:
        """Note the next attempt for that time, unless one has succeeded."""
        its_time = (job_runs.c.job == job) & (job_runs.c.scheduled_for == scheduled_for)
        tries = sa.select(job_runs.c.attempt, job_runs.c.outcome).where(its_time)
        with writing(self._engine) as connection:
            before = connection.execute(tries).all()
            if any(row.outcome == RunOutcome.SUCCEEDED.value for row in before):
                return None
            values: dict[str, Any] = {
                "job": job,
                "scheduled_for": scheduled_for,
                "attempt": max((row.attempt for row in before), default=0) + 1,
                "started_at": at,
                "started_by": by,
                "cause": cause,
                "model_version": model_version,
            }
            outcome = {"outcome": RunOutcome.RUNNING.value, "message": ""}
            inserted = connection.execute(sa.insert(job_runs).values(values | outcome))
            key = inserted.inserted_primary_key
        return JobRun(number=int(key[0]) if key else 0, outcome=RunOutcome.RUNNING, **values)

    def end(self, run: JobRun, outcome: RunOutcome, message: str, *, at: datetime) -> JobRun:
        """Note how a run ended."""
        ended = {"outcome": outcome.value, "message": message, "ended_at": at}
        with writing(self._engine) as connection:
            mine = sa.update(job_runs).where(job_runs.c.number == run.number)
            connection.execute(mine.values(ended))
        return replace(run, outcome=outcome, message=message, ended_at=at)

    def runs(self, job: str, *, newest: int = 1000) -> list[JobRun]:
        """Return the newest runs, each as it stands."""
        found = self._rows(job, newest)
        running = {run.number for run in found if run.outcome is RunOutcome.RUNNING}
        if not running or self._claims.is_held(job):
            return found
        return [  # one that ended in between is told as it ended
            abandoned(run) if run.outcome is RunOutcome.RUNNING and run.number in running else run
            for run in self._rows(job, newest)
        ]

    def purge(self, before: datetime) -> int:
        """Remove old runs, but of each job the newest, and its newest success."""
        newest = sa.select(sa.func.max(job_runs.c.number)).group_by(job_runs.c.job)
        served = (RunOutcome.SUCCEEDED.value, RunOutcome.ENROLLED.value)
        is_served = job_runs.c.outcome.in_(served)
        old = sa.delete(job_runs).where(
            sa.func.coalesce(job_runs.c.ended_at, job_runs.c.started_at) < before,
            ~_running,
            job_runs.c.number.not_in(newest),
            job_runs.c.number.not_in(newest.where(is_served)),
        )
        with writing(self._engine) as connection:
            return connection.execute(old).rowcount

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)

    def _rows(self, job: str, newest: int) -> list[JobRun]:
        chosen = sa.select(job_runs).where(job_runs.c.job == job)
        with reading(self._engine) as connection:
            rows = connection.execute(chosen.order_by(job_runs.c.number.desc()).limit(newest)).all()
        return [_run(row) for row in reversed(rows)]


def _run(row: Sequence[Any]) -> JobRun:
    number, job, at, attempt, started_at, started_by, outcome, *rest = row
    return JobRun(number, job, at, attempt, started_at, started_by, RunOutcome(outcome), *rest)
