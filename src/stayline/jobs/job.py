"""What a job is, and what it is told when it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from stayline.bootstrap import Ports
from stayline.domain.job_plan import PlannedJob
from stayline.domain.job_runs import SCHEDULE
from stayline.domain.monitoring import Window
from stayline.settings import Settings


def _nobody_looks(done: int, total: int | None) -> None:
    """Take no notice."""


def _nobody_listens(line: str) -> None:
    """Take no notice."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how far a long run has come: how much of how much, and lines of words."""

    advance: Callable[[int, int | None], None] = _nobody_looks
    tell: Callable[[str], None] = _nobody_listens


NOBODY = Listener()


@dataclass(frozen=True, slots=True)
class Call:
    """What one run of a job goes by.

    ``window`` is the last whole hour, day, month or quarter before the scheduled time. ``cause``
    is given where it was not the schedule that asked for the run.
    """

    scheduled_for: datetime
    window: Window
    by: str = SCHEDULE
    cause: str = ""
    listener: Listener = field(default=NOBODY)


Work = Callable[[Ports, Settings, Call], str]
"""Does the job and says in words what came of it, without personal data; raises what went wrong."""


@dataclass(frozen=True, slots=True)
class Job(PlannedJob):
    """A planned job with the work that it takes."""

    work: Work
