"""Tell what the last purge took, what the scan after it found, and when the next one is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.job_plan import planned_job
from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.register.retention import PurgeRun
from stayline.domain.schedules import standing
from stayline.ports.clock import Clock
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.job_book import JobBook

PURGE_JOB = "purge"
_NEWEST = 100
"""Entries of the ledger: a purge and its scan have some 30, for the stores that there are."""


@dataclass(frozen=True, slots=True)
class StoreLedger:
    """What stands in the ledger of one store: its last purge, and the last scan."""

    store: str
    purge: PurgeRun | None
    scan: PurgeRun | None

    @property
    def is_over(self) -> bool:
        """Whether the last scan found something older than it may be."""
        scan = self.scan
        if scan is None or scan.oldest_left_days is None or scan.ceiling_days is None:
            return False
        return scan.oldest_left_days > scan.ceiling_days


@dataclass(frozen=True, slots=True)
class PurgeLedger:
    """The stores in the order of the last purge, the job's last run and when it runs next.

    ``is_due`` says that it should run now, whatever ``next_at`` is.
    """

    stores: tuple[StoreLedger, ...]
    last: JobRun | None
    next_at: datetime
    is_due: bool


def read_purge_ledger(*, register: GovernanceRegister, jobs: JobBook, clock: Clock) -> PurgeLedger:
    """Return the newest lines of the ledger; whatever the stores hold is not looked at."""
    newest = [entry.record for entry in register.history(PurgeRun, newest=_NEWEST)]
    scans = _by_store(run for run in newest if run.is_scan)
    purges = _by_store(run for run in newest if not run.is_scan)
    names = dict.fromkeys((*purges, *scans))
    runs = jobs.runs(PURGE_JOB)
    done = [run for run in runs if run.outcome is not RunOutcome.ENROLLED]
    stands = standing(planned_job(PURGE_JOB).schedule, runs, clock.now())
    return PurgeLedger(
        tuple(StoreLedger(name, purges.get(name), scans.get(name)) for name in names),
        done[-1] if done else None,
        stands.next_at,
        bool(stands.due),
    )


def _by_store(runs: Iterable[PurgeRun]) -> dict[str, PurgeRun]:
    return {run.subject: run for run in runs}
