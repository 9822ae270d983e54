"""Jobs that tests run: quick ones, and one that another process is killed in."""

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from stayline.bootstrap import Ports, build
from stayline.domain.schedules import Cadence, Schedule
from stayline.errors import JobUnderWay
from stayline.jobs.job import Call, Job
from stayline.jobs.running import run_due
from stayline.settings import Settings
from stores import NOON, SetClock

HOURLY = Schedule(Cadence.HOURLY, grace=timedelta(hours=2), windows=4)
DAILY = Schedule(Cadence.DAILY, grace=timedelta(hours=6), hour=2)


def job(work: Callable[[Call], str], schedule: Schedule = DAILY, name: str = "test") -> Job:
    """Return a job that does this, whatever the ports."""

    def called(ports: Ports, settings: Settings, call: Call) -> str:
        return work(call)

    return Job(name, "It is tried.", schedule, called)


def run_and_tell(home: Path, _pipe: object = None, _number: int = 0) -> None:
    """Run what is due of a job that leaves a line in a file each time it begins and ends.

    Several processes do this on one home at once; each asks until it has had its turn.
    """
    ports, told = ports_a_day_on(home), home / "told"

    def work(call: Call) -> str:
        write_line(told, f"begin {call.scheduled_for:%H} {os.getpid()}")
        time.sleep(0.05)
        write_line(told, f"end {call.scheduled_for:%H} {os.getpid()}")
        return "It is done."

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            run_due(job(work, HOURLY), ports=ports, settings=Settings(home=home))
        except JobUnderWay:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("it never had its turn")


def ports_a_day_on(home: Path) -> Ports:
    """Return the ports of a home whose hourly test job has been kept since a day."""
    clock = SetClock(NOON + timedelta(days=1))
    ports = build(Settings(home=home), clock=clock)
    ports.jobs.enrol(["test"], at=NOON)
    return ports


def write_line(path: Path, line: str) -> None:
    """Add a line in one write, so that lines of several processes do not mix."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


if __name__ == "__main__":  # what the kill test runs, and kills
    home = Path(sys.argv[1])

    def hang(call: Call) -> str:
        sys.stdout.write("running\n")
        sys.stdout.flush()
        time.sleep(60)
        return "It was never killed."

    run_due(job(hang, HOURLY), ports=ports_a_day_on(home), settings=Settings(home=home))
