"""The job book in DynamoDB, and a lease a job that runs out with its process."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.lease import LEASE_S, Leases
from stayline.adapters.aws.numbers import next_number
from stayline.adapters.aws.places import by_number, by_time
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.job_runs import SCHEDULE, JobRun, RunOutcome, abandoned
from stayline.errors import JobUnderWay, StoreUnavailable

_BOOK, _STORE = "job", "the job book"
_RECENT = 25
"""Among so many runs of a job is what a killed process was running: each begins a few at most."""
_TRIES = 20


@dataclass(frozen=True, slots=True)
class _Due:
    """What became of one scheduled time: how often it was tried, and whether it has its success."""

    attempts: int
    is_served: bool = False


class DynamoJobBook:
    """Keeps one item an attempt, by its number, and one a scheduled time, with what became of it.

    Both change in one transaction, so a process killed between is as one killed before. Who runs a
    job holds a lease on it, which is free at the end of the block, and once it has run out when the
    process is killed; until then its run is shown as running.
    """

    CALLS = Leases.CALLS | frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
            "dynamodb.update_item",
        }
    )

    def __init__(self, clients: Clients, *, lease_s: float = LEASE_S) -> None:
        self._clients = clients
        self._leases = Leases(clients, _STORE, lease_s=lease_s)
        table = clients.resources.state_table
        self._runs = Table(clients, table, JobRun, _STORE)
        self._times = Table(clients, table, _Due, _STORE)

    def enrol(self, jobs: Collection[str], *, at: datetime) -> None:
        """Note once that jobs are kept from now on."""
        for job in sorted(set(jobs)):
            kept = self._times.query(_times(job), last=by_time(at), limit=1)
            if next(kept, None) is None:
                run = JobRun(self._next_number(), job, at, 0, at, SCHEDULE, RunOutcome.ENROLLED, at)
                self._noted(run, None)  # else somebody has enrolled it this moment

    @contextmanager
    def alone(self, job: str) -> Iterator[None]:
        """Hold the job's lease; note what its last holder left unfinished as abandoned."""
        with self._leases.held(_lease(job), JobUnderWay(job)):
            for item in self._runs.query(_about(job), newest_first=True, limit=_RECENT):
                if item.value.outcome is RunOutcome.RUNNING:
                    self._runs.swap(item.value, replace(item, value=abandoned(item.value)))
            yield

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
        for _ in range(_TRIES):
            due = self._times.get(_times(job), by_time(scheduled_for))
            if due is not None and due.is_served:
                return None
            run = JobRun(
                self._next_number(), job, scheduled_for, (due.attempts if due else 0) + 1, at, by,
                RunOutcome.RUNNING, cause=cause, model_version=model_version,
            )  # fmt: skip
            if self._noted(run, due):
                return run
        raise _crowded()

    def end(self, run: JobRun, outcome: RunOutcome, message: str, *, at: datetime) -> JobRun:
        """Note how a run ended."""
        ended = replace(run, outcome=outcome, message=message, ended_at=at)
        time = (_times(run.job), by_time(run.scheduled_for))
        for _ in range(_TRIES):
            due = self._times.get(*time)
            now = replace(
                due or _Due(run.attempt),
                is_served=outcome is RunOutcome.SUCCEEDED or (due is not None and due.is_served),
            )
            item = _item(ended)
            if self._times.write([Write(item.partition, item.place, item), _swap(time, due, now)]):
                return ended
        raise _crowded()

    def runs(self, job: str, *, newest: int = 1000) -> list[JobRun]:
        """Return the newest runs, each as it stands."""
        found = self._newest(job, newest)
        running = {run.number for run in found if run.outcome is RunOutcome.RUNNING}
        if not running or self._leases.is_held(_lease(job)):
            return found
        return [  # one that ended in between is told as it ended
            abandoned(run) if run.outcome is RunOutcome.RUNNING and run.number in running else run
            for run in self._newest(job, newest)
        ]

    def purge(self, before: datetime) -> int:
        """Remove old runs, but of each job the newest, and its newest success.

        What is told of a scheduled time goes before its runs do, so that one who is killed between
        leaves runs, which the next one removes. Read is an index that follows within a moment: a
        run of that moment stays, and so does the one that was the newest before.
        """
        runs = [item.value for item in self._runs.of_book(_BOOK)]
        served = [r for r in runs if r.outcome in (RunOutcome.SUCCEEDED, RunOutcome.ENROLLED)]
        stays = {run.number for some in (runs, served) for run in _newest_of_each(some)}
        due = [run for run in runs if run.number not in stays and _is_over(run, before)]
        going = {run.number for run in due}
        left = {(run.job, run.scheduled_for) for run in runs if run.number not in going}
        times = {(run.job, run.scheduled_for) for run in due} - left
        self._times.remove_all((_times(job), by_time(at)) for job, at in sorted(times))
        return self._runs.remove_all((_about(run.job), by_number(run.number)) for run in due)

    def problems(self) -> list[str]:
        """Return nothing: DynamoDB checks what it keeps."""
        return []

    def _newest(self, job: str, newest: int) -> list[JobRun]:
        found = self._runs.query(_about(job), newest_first=True, limit=newest)
        return [item.value for item in found][::-1]

    def _next_number(self) -> int:
        return next_number(self._clients, "job-run", _STORE)

    def _noted(self, run: JobRun, due: _Due | None) -> bool:
        item = _item(run)
        time = (_times(run.job), by_time(run.scheduled_for))
        new = Write(item.partition, item.place, item, if_new=True)
        return self._times.write([new, _swap(time, due, _Due(run.attempt))])


def _swap(time: tuple[str, str], before: _Due | None, after: _Due) -> Write:
    return Write(*time, Item(*time, after), if_new=before is None, if_value=before)


def _item(run: JobRun) -> Item[JobRun]:
    place = by_number(run.number)
    return Item(_about(run.job), place, run, book=_BOOK, book_place=place)


def _about(job: str) -> str:
    return f"job#{job}"


def _times(job: str) -> str:
    return f"job-times#{job}"


def _lease(job: str) -> str:
    return f"job#{job}"


def _newest_of_each(runs: list[JobRun]) -> Collection[JobRun]:
    ordered = sorted(runs, key=lambda run: run.number)
    return {run.job: run for run in ordered}.values()


def _is_over(run: JobRun, before: datetime) -> bool:
    return run.outcome is not RunOutcome.RUNNING and (run.ended_at or run.started_at) < before


def _crowded() -> StoreUnavailable:
    return StoreUnavailable("The job book", "others note runs of the same time all the while.")
