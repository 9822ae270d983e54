"""Run every job when it is due, until somebody says stop."""

import logging
import os
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from stayline.bootstrap import Ports
from stayline.errors import JobUnderWay
from stayline.jobs.job import Job
from stayline.jobs.running import run_due, standing_of
from stayline.jobs.table import JOBS
from stayline.settings import Settings

SHORTEST_SLEEP_S, LONGEST_SLEEP_S = 1.0, 30.0
"""A clock that is set meanwhile is noticed after the longest at most."""
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """Says whether somebody wants an end, and sleeps no longer than until then."""

    is_asked: Callable[[], bool]
    sleep: Callable[[float], None]


def run_loop(ports: Ports, settings: Settings, *, stop: Stop, jobs: Sequence[Job] = JOBS) -> None:
    """Run what is due, one job after the other, and sleep until something is due again.

    Returns once a stop is asked for, after the run that is under way. What fails, the book of jobs
    included, is logged and tried again later.
    """
    while not stop.is_asked():
        for job in jobs:
            if stop.is_asked():
                return
            try:
                run_due(job, ports=ports, settings=settings, stops=stop.is_asked)
            except JobUnderWay:
                continue  # its own process notes what comes of it
            except Exception as error:  # whatever it is, the other jobs have to go on
                _log.error("Job %s could not be looked at: %s.", job.name, type(error).__name__)
        stop.sleep(_sleep_s(ports, jobs))


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Give what asks for a stop on SIGTERM or Ctrl-C, for a program's main thread."""
    read, write = os.pipe()
    asked: list[int] = []

    def take(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        os.write(write, b"!")

    def sleep(seconds: float) -> None:
        select.select([read], [], [], seconds)  # ends at once when the signal came before it

    before = {number: signal.signal(number, take) for number in _STOPPING}
    try:
        yield Stop(lambda: bool(asked), sleep)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read)
        os.close(write)


def _sleep_s(ports: Ports, jobs: Sequence[Job]) -> float:
    try:
        wait = min(standing_of(job, ports).next_at for job in jobs) - ports.clock.now()
    except Exception as error:  # as above
        _log.error("What is due next could not be told: %s.", type(error).__name__)
        return LONGEST_SLEEP_S
    return min(max(wait.total_seconds(), SHORTEST_SLEEP_S), LONGEST_SLEEP_S)
