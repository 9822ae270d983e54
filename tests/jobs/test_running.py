import json
import logging
import signal
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import some_jobs
from command_runs import started
from some_jobs import HOURLY, job, ports_a_day_on, run_and_tell
from stayline.bootstrap import build
from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.errors import JobUnderWay, NothingDeployed, UnknownJob
from stayline.jobs.running import run_by_hand, run_due
from stayline.jobs.table import JOBS, job_named
from stayline.settings import Settings
from stayline.usecases.see_jobs import see_jobs
from stayline.web.logs import JsonLines
from store_processes import exit_codes
from stores import NOON, SetClock

DAY = timedelta(days=1)
TWO = NOON.replace(hour=2, minute=0, second=0, microsecond=0)
SUCCEEDED, FAILED = RunOutcome.SUCCEEDED, RunOutcome.FAILED


class Bench:
    """Ports on a home of the test's own, and a clock that it sets."""

    def __init__(self, home: Path) -> None:
        self.clock = SetClock()
        self.settings = Settings(home=home)
        self.ports = build(self.settings, clock=self.clock)

    def due(self, one, **given):
        return run_due(one, ports=self.ports, settings=self.settings, **given)

    def by_hand(self, one, by="ana"):
        return run_by_hand(one, ports=self.ports, settings=self.settings, by=by)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "home")


def fails(call):
    raise NothingDeployed


def test_a_job_runs_at_its_next_time_after_it_was_first_seen_and_once(bench):
    calls = []
    one = job(lambda call: calls.append(call) or "It is done.")
    assert bench.due(one) == []
    bench.clock.instant += DAY
    (run,) = bench.due(one)
    assert (run.outcome, run.message, run.started_by) == (SUCCEEDED, "It is done.", SCHEDULE)
    assert run.scheduled_for == TWO + DAY
    assert bench.due(one) == []
    (call,) = calls
    assert (call.window.start.day, call.window.end.day) == (1, 2)


def test_every_missed_window_is_run_for_oldest_first(bench):
    hours = []
    one = job(lambda call: hours.append(call.window.end.hour) or "", HOURLY)
    bench.due(one)
    bench.clock.instant += timedelta(hours=3)
    bench.due(one)
    assert hours == [13, 14, 15]


def test_a_failure_is_told_and_tried_again_a_bounded_number_of_times(bench):
    one = job(fails)
    bench.due(one)
    bench.clock.instant += DAY
    runs = []
    for _ in range(100):
        runs += bench.due(one)
        bench.clock.instant += timedelta(minutes=1)
    assert [run.attempt for run in runs] == [1, 2, 3]
    assert {run.outcome for run in runs} == {FAILED}
    assert "No model is deployed" in runs[0].message
    waits = [b.started_at - a.started_at for a, b in pairwise(runs)]
    assert waits == [timedelta(minutes=5), timedelta(minutes=10)]


def test_what_nobody_expected_is_noted_without_its_words(bench, caplog):
    def breaks(call):
        raise ValueError(" ".join(("Ana", "Berg", "earns 5,500")))  # no line of code has the name

    (run,) = bench.by_hand(job(breaks))
    assert (run.outcome, run.message) == (FAILED, "An unexpected ValueError; the log tells where.")
    (record,) = caplog.records
    line = JsonLines().format(record)
    assert "Ana Berg" not in line
    told = json.loads(line)
    assert (told["exception"], told["level"], told["job"]) == ("ValueError", "ERROR", "test")
    assert "test_running.py" in told["place"]


def test_each_run_is_one_line_of_the_log(bench, caplog):
    caplog.set_level(logging.INFO)
    bench.by_hand(job(lambda call: "It is done."))
    told = json.loads(JsonLines().format(caplog.records[0]))
    assert (told["job"], told["outcome"], told["attempt"]) == ("test", "Succeeded", 1)
    assert told["message"] == "It is done."
    assert told["duration_ms"] >= 0
    assert len(caplog.records) == 1


def test_a_full_disk_is_named(bench):
    def full(call):
        raise OSError(28, "No space left on device", "ana.csv")

    (run,) = bench.by_hand(job(full))
    assert run.message == "An unexpected OSError (No space left on device); the log tells where."


def test_by_hand_what_was_given_up_is_run_and_who_did_it_is_on_record(bench):
    one = job(fails)
    bench.due(one)
    bench.clock.instant += DAY
    for _ in range(3):
        bench.due(one)
        bench.clock.instant += timedelta(hours=2)
    assert bench.due(one) == []
    (run,) = bench.by_hand(job(lambda call: "It is done."))
    assert (run.started_by, run.attempt, run.scheduled_for) == ("ana", 4, TWO + DAY)
    (extra,) = bench.by_hand(job(lambda call: "Once more."))
    assert (extra.scheduled_for, extra.attempt) == (bench.clock.instant, 1)


def test_a_stop_between_two_windows_leaves_the_others_for_later(bench):
    hours = []
    one = job(lambda call: hours.append(call.window.end.hour) or "", HOURLY)
    bench.due(one)
    bench.clock.instant += timedelta(hours=3)
    bench.due(one, stops=lambda: len(hours) == 1)
    assert hours == [13]
    bench.due(one)
    assert hours == [13, 14, 15]


def test_while_one_process_runs_a_job_another_is_told_so(bench):
    one = job(lambda call: "It is done.")
    bench.due(one)
    bench.clock.instant += DAY
    with bench.ports.jobs.alone("test"):
        with pytest.raises(JobUnderWay):
            bench.due(one)
        with pytest.raises(JobUnderWay):
            bench.by_hand(one)
    assert len(bench.due(one)) == 1


def test_four_processes_at_once_run_each_scheduled_time_once(tmp_path):
    ports_a_day_on(tmp_path)
    assert exit_codes(4, run_and_tell, tmp_path, None) == [0, 0, 0, 0]
    lines = [line.split() for line in (tmp_path / "told").read_text().splitlines()]
    assert sorted(hour for word, hour, _ in lines if word == "begin") == ["09", "10", "11", "12"]
    for begin, end in zip(lines[::2], lines[1::2], strict=True):
        assert (begin[0], end[0], begin[1:]) == ("begin", "end", end[1:])  # none overlaps


def test_a_runner_killed_with_9_lets_go_at_once_and_its_run_is_done_again(tmp_path):
    ports = ports_a_day_on(tmp_path)
    with started([sys.executable, str(Path(some_jobs.__file__)), str(tmp_path)]) as process:
        assert process.stdout.readline() == "running\n"
        with pytest.raises(JobUnderWay):
            run_due(job(lambda call: "", HOURLY), ports=ports, settings=Settings(home=tmp_path))
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -9
    before = [run.outcome for run in ports.jobs.runs("test")]
    assert before == [RunOutcome.ENROLLED, RunOutcome.ABANDONED]
    later = build(Settings(home=tmp_path), clock=SetClock(NOON + DAY + timedelta(minutes=6)))
    runs = run_due(job(lambda call: "", HOURLY), ports=later, settings=Settings(home=tmp_path))
    assert [run.scheduled_for.hour for run in runs] == [9, 10, 11, 12]
    assert [run.attempt for run in runs] == [2, 1, 1, 1]
    assert {run.outcome for run in runs} == {SUCCEEDED}


def test_the_overview_tells_of_each_job_and_changes_nothing(bench):
    good, bad = job(lambda call: "", name="good"), job(fails, name="bad")
    assert [
        state.last
        for state in see_jobs([good, bad], jobs=bench.ports.jobs, clock=bench.ports.clock)
    ] == [None, None]
    assert bench.ports.jobs.runs("good") == []
    bench.due(good)
    bench.due(bad)
    bench.clock.instant += DAY
    bench.due(good)
    bench.due(bad)
    done, failed = see_jobs([good, bad], jobs=bench.ports.jobs, clock=bench.ports.clock)
    assert (done.last.outcome, done.missed, done.due, done.duration_s) == (SUCCEEDED, None, (), 0)
    assert done.next_at == TWO + 2 * DAY
    assert done.last_success_at == bench.clock.instant
    assert (failed.last.outcome, failed.missed, failed.last_success_at) == (
        FAILED, TWO + DAY, None,
    )  # fmt: skip
    assert failed.next_at == bench.clock.instant + timedelta(minutes=5)


def test_jobs_have_names_of_their_own_and_schedules_that_exist_in_every_month():
    assert len({one.name for one in JOBS}) == len(JOBS)
    for one in JOBS:
        schedule = one.schedule
        assert 1 <= schedule.day <= 28
        assert 0 <= schedule.hour <= 23
        assert 0 <= schedule.minute <= 59
        assert min(schedule.windows, schedule.attempts) >= 1
        assert min(schedule.grace, schedule.backoff) > timedelta(0)
    with pytest.raises(UnknownJob, match=r"no job 'nightly'.*nightly-scores"):
        job_named("nightly")


def test_the_daily_jobs_come_in_an_order_that_makes_sense_when_all_are_due_at_once():
    names = [one.name for one in JOBS]
    assert names.index("feature-refresh") < names.index("nightly-scores")
