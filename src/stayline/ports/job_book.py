"""What ran when, by whom, and what came of it; one process at a time runs a job."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from stayline.domain.job_runs import JobRun, RunOutcome


class JobBook(Protocol):
    """Keeps every run of every job, for what is due is told from them."""

    def enrol(self, jobs: Collection[str], *, at: datetime) -> None:
        """Note that jobs are kept from now on; nothing for those that were kept by then."""
        ...

    def alone(self, job: str) -> AbstractContextManager[None]:
        """Hold the right to run a job; raises `JobUnderWay` while another process does.

        It is let go of at the end of the block, and when the process is killed, wherever the clock
        jumps: at once on one machine, on AWS once its lease has run out, within a minute. What a
        killed process was running is noted as abandoned by the next one who holds the job.
        """
        ...

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
        """Note that a run begins; None, and nothing noted, where that time has had its success.

        Only for who holds the job.
        """
        ...

    def end(self, run: JobRun, outcome: RunOutcome, message: str, *, at: datetime) -> JobRun:
        """Note how a run ended, and return it."""
        ...

    def runs(self, job: str, *, newest: int = 1000) -> list[JobRun]:
        """Return the newest runs of a job in the order of their beginning, enrolments included.

        A run whose process is gone is shown as abandoned.
        """
        ...

    def purge(self, before: datetime) -> int:
        """Remove runs that ended before that time; return how many went.

        Of each job the newest run and the newest success stay, so that nothing is due by it.
        """
        ...
