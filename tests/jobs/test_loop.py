import os
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from command_runs import started
from some_jobs import HOURLY, job
from stayline.bootstrap import build
from stayline.cli.beside import jobs_beside
from stayline.domain.job_runs import RunOutcome
from stayline.errors import StoreDamaged
from stayline.jobs.loop import LONGEST_SLEEP_S, Stop, run_loop, stop_signals
from stayline.settings import Settings
from stores import SetClock
from waiting import soon


@dataclass
class Hours:
    """Sleeps by moving a clock on, and asks for a stop once that many hours are over."""

    clock: SetClock
    hours: int
    slept: list[float] = field(default_factory=list)
    jumps: dict[int, timedelta] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._end = self.hours * 3600

    @property
    def stop(self) -> Stop:
        return Stop(lambda: sum(self.slept) >= self._end, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.instant += timedelta(seconds=seconds)
        self.clock.instant += self.jumps.pop(len(self.slept), timedelta())


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def ports(settings, clock):
    return build(settings, clock=clock)


def served(ports, name="test"):
    runs = ports.jobs.runs(name)
    return [r.scheduled_for.hour for r in runs if r.outcome is RunOutcome.SUCCEEDED]


def test_the_loop_runs_jobs_as_they_fall_due_and_sleeps_in_between(ports, settings, clock):
    hours = Hours(clock, 3)
    run_loop(ports, settings, stop=hours.stop, jobs=[job(lambda call: "", HOURLY)])
    assert served(ports) == [13, 14, 15]
    assert max(hours.slept) == LONGEST_SLEEP_S
    assert len(hours.slept) < 3 * 3600 / LONGEST_SLEEP_S + 10


def test_a_clock_that_jumps_is_noticed_and_no_time_is_run_twice(ports, settings, clock):
    hours = Hours(clock, 5, jumps={200: timedelta(hours=3), 300: -timedelta(hours=4)})
    run_loop(ports, settings, stop=hours.stop, jobs=[job(lambda call: "", HOURLY)])
    assert served(ports) == [13, 14, 15, 16, 17]


def test_a_job_that_breaks_stops_no_other(ports, settings, clock):
    def breaks(call):
        raise KeyError("nobody expected this")

    jobs = [job(breaks, HOURLY, "bad"), job(lambda call: "", HOURLY, "good")]
    run_loop(ports, settings, stop=Hours(clock, 2).stop, jobs=jobs)
    assert served(ports, "good") == [13, 14]
    assert [r.outcome for r in ports.jobs.runs("bad")].count(RunOutcome.FAILED) >= 4


def test_a_book_that_cannot_be_read_for_a_while_stops_nothing(ports, settings, clock, caplog):
    class FailingClock(SetClock):
        def now(self):
            if self.instant == self.fails_at:
                raise StoreDamaged("state.db", "it is torn.")
            return self.instant

    failing = FailingClock()
    failing.fails_at = failing.instant
    broken = build(settings, clock=failing)
    hours = Hours(failing, 1)
    run_loop(broken, settings, stop=hours.stop, jobs=[job(lambda call: "", HOURLY)])
    assert hours.slept[0] == LONGEST_SLEEP_S
    assert served(broken) == [13]
    assert "Job test could not be looked at: StoreDamaged." in caplog.messages


def test_a_stop_during_a_run_lets_it_end_and_begins_no_other(ports, settings, clock):
    def asks_to_stop(call):
        os.kill(os.getpid(), signal.SIGTERM)
        return "It was finished all the same."

    jobs = [job(asks_to_stop, HOURLY, "first"), job(lambda call: "", HOURLY, "second")]
    ports.jobs.enrol(["first", "second"], at=clock.instant)
    clock.instant += timedelta(hours=3)
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as stop:
        run_loop(ports, settings, stop=stop, jobs=jobs)
    assert signal.getsignal(signal.SIGTERM) is before
    assert served(ports, "first") == [13]
    assert served(ports, "second") == []


def test_a_signal_ends_the_sleep_at_once_even_one_from_before_it():
    began = time.monotonic()
    with stop_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        stop.sleep(20)
        assert stop.is_asked()
    assert time.monotonic() - began < 10


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def test_the_loop_beside_a_server_runs_as_long_as_the_block_and_ends_with_it(ports, settings):
    with jobs_beside(settings) as process:
        assert is_running(process)
        assert soon(lambda: ports.jobs.runs("purge") != [])
        assert is_running(process)
    assert not is_running(process)


@pytest.mark.quiet
def test_the_loop_beside_a_server_that_is_killed_ends_by_itself(ports, settings):
    with started([sys.executable, "-c", SERVER, str(settings.home)]) as server:
        loop = int(server.stdout.readline())
        assert soon(lambda: ports.jobs.runs("purge") != [])
        server.kill()
        server.wait(30)
        assert soon(lambda: not is_running(loop))


SERVER = """
import pathlib, sys, time
from stayline.cli.beside import jobs_beside
from stayline.settings import Settings
with jobs_beside(Settings(home=pathlib.Path(sys.argv[1]))) as process:
    print(process, flush=True)
    time.sleep(60)
"""
