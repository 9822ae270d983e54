from datetime import timedelta

import pytest

from stayline.bootstrap import build
from stayline.domain.alarms import AlarmState
from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.errors import SettingRefused
from stayline.jobs.table import JOBS
from stayline.jobs.tending import MISSED, tend, tending
from stayline.settings import Settings
from stores import SetClock
from waiting import soon


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def ports(settings, clock):
    return build(settings, clock=clock)


def test_a_job_that_did_not_run_in_time_rings_and_stops_ringing_once_it_ran(ports, settings, clock):
    ports.jobs.enrol(["purge"], at=clock.now())
    tend(ports, settings)
    clock.instant += timedelta(days=3)
    assert ringing(ports, settings, clock) == {"job-missed:purge"}
    (job,) = [job for job in JOBS if job.name == "purge"]
    time = job.schedule.latest(clock.now())
    begun = ports.jobs.begin("purge", time, by=SCHEDULE, at=clock.now())
    ports.jobs.end(begun, RunOutcome.SUCCEEDED, "", at=clock.now())
    assert ringing(ports, settings, clock) == set()


def ringing(ports, settings, clock):
    """Tend for as long as it takes a point to be judged: a minute that is over."""
    for _ in range(2):
        found = tend(ports, settings)
        clock.instant += timedelta(minutes=1)
    return {one.alarm for one in found.standings if one.state is AlarmState.ALARM}


def test_every_job_has_a_point_each_minute(ports, settings, clock):
    tend(ports, settings)
    points = ports.metrics.points(MISSED, since=clock.now())
    assert {point.dimensions["Job"] for point in points} == {job.name for job in JOBS}


def test_rules_that_cannot_be_read_are_told_once_and_stop_nothing(ports, settings, caplog):
    (settings.home / "alarms.toml").write_text("[latency-high]\nthreshold = 'much'\n")
    with pytest.raises(SettingRefused):
        tend(ports, settings)
    with tending(ports, settings, every_s=0.01):
        soon(lambda: caplog.messages)
        caplog.clear()
        soon(lambda: len(ports.metrics.points(MISSED, since=ports.clock.now())) > 0)
    assert not caplog.messages
