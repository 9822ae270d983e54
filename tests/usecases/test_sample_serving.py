import json
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from itertools import groupby

import httpx
import pytest

from served_home import served
from stayline.bootstrap import build
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.settings import Settings
from stayline.usecases.evaluate_alarms import evaluate_alarms
from stayline.usecases.sample_serving import LONGEST_GAP, sample_serving
from stayline.web.metric_files import empty_figures
from stores import NOON, SetClock

MINUTE = timedelta(minutes=1)
COUNT = """
import json, sys
from pathlib import Path
from stayline.web.metric_files import count_in_files
count_in_files(Path(sys.argv[1]))
from stayline.web.metrics import metrics_of
metrics = metrics_of("attrition-risk")
for status, source, model_us, overhead_us in json.loads(sys.argv[2]):
    metrics.observe(
        status, source=source, variant="version-1", model_us=model_us, overhead_us=overhead_us
    )
metrics.note_lag(0.25)
print("counted", flush=True)
sys.stdin.readline()
"""
LIVE = [200, "live", 60.0, 60.0]


class CountingHome:
    """A home whose server's counting is done by processes that the test starts."""

    def __init__(self, folder):
        self.folder, self.clock = folder, SetClock()
        self.ports = build(Settings(home=folder), clock=self.clock)

    def count(self, *requests):
        """Count requests in a process that has ended when this returns."""
        self.counting(*requests).communicate("\n", timeout=30)

    def counting(self, *requests):
        """Count requests in a process that goes on until its input is closed."""
        process = subprocess.Popen(
            [sys.executable, "-c", COUNT, str(self.folder), json.dumps(requests)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline() == "counted\n"
        return process

    def sample(self, after=MINUTE):
        self.clock.instant += after
        ports = self.ports
        found = sample_serving(serving=ports.serving, metrics=ports.metrics, clock=self.clock)
        return {point.name: point for point in found}


@pytest.fixture
def house(tmp_path):
    empty_figures(tmp_path)
    return CountingHome(tmp_path)


def test_a_home_without_a_server_has_no_points(tmp_path):
    house = CountingHome(tmp_path)
    assert house.sample() == {}
    assert house.sample() == {}


def test_the_first_look_only_begins_to_count(house):
    house.count(LIVE)
    assert house.sample() == {}
    assert house.ports.metrics.points("Invocations", since=NOON) == []


def test_each_minute_tells_what_was_counted_in_it_over_all_processes(house):
    house.count(LIVE)
    house.sample()
    house.count(LIVE, [503, "none", None, 90.0])
    house.count(LIVE, [422, "none", None, 40.0], [200, "nightly", None, 900.0])
    found = house.sample()
    assert found["Invocations"].value == 5
    assert found["Invocation5XXErrors"].value == found["Invocation4XXErrors"].value == 0.2
    assert (found["FallbackShare"].value, found["FallbackShare"].n) == (0.2, 5)
    assert 50 < found["ModelLatency_p95"].value <= 100
    assert found["ModelLatency_p95"].n == 2
    assert 500 < found["OverheadLatency_p95"].value <= 1000
    assert found["EndToEndLatency_p95"].value > found["OverheadLatency_p95"].value
    kept = house.ports.metrics.points("Invocations", since=NOON)
    assert [(point.value, point.at) for point in kept] == [(5, NOON + 2 * MINUTE)]
    assert kept[0].dimensions == {"EndpointName": "attrition-risk"}


def test_a_server_that_is_gone_and_counted_nothing_more_has_no_point(house):
    house.count(LIVE)
    house.sample()
    assert house.sample() == {}


def test_a_server_that_runs_and_is_not_asked_has_a_zero_and_its_capture_lag(house):
    process = house.counting(LIVE)
    house.sample()
    found = house.sample()
    process.communicate("\n", timeout=30)
    assert {name: point.value for name, point in found.items()} == {
        "Invocations": 0,
        "CaptureLag": 0.25,
    }


def test_a_server_that_begins_anew_is_counted_from_nothing_even_past_the_former_count(house):
    house.count(LIVE)
    house.sample()
    empty_figures(house.folder)
    house.count(LIVE, LIVE, LIVE)
    assert house.sample()["Invocations"].value == 3


@pytest.mark.parametrize("gap", [LONGEST_GAP + MINUTE, -MINUTE])
def test_a_long_gap_and_a_clock_set_back_begin_the_count_anew(house, gap):
    house.count(LIVE)
    house.sample()
    house.count(LIVE)
    assert house.sample(after=gap) == {}
    house.count(LIVE, LIVE)
    assert house.sample()["Invocations"].value == 2


def test_a_torn_file_of_the_last_look_is_as_good_as_none(house):
    house.count(LIVE)
    house.sample()
    (house.folder / "run" / "serving-counts.msgpack").write_bytes(b"\x93")
    assert house.sample() == {}
    house.count(LIVE)
    assert house.sample()["Invocations"].value == 1


def test_a_process_killed_between_putting_and_keeping_loses_no_request(house):
    house.count(LIVE)
    house.sample()
    last = house.ports.serving.last()
    house.count(LIVE)
    house.sample()
    house.ports.serving.keep(last)
    house.count(LIVE)
    assert house.sample()["Invocations"].value == 2


def test_the_figures_of_a_real_server_reach_another_process(
    home,
):
    ports = build(Settings(home=home))
    parts = {"serving": ports.serving, "metrics": ports.metrics, "clock": ports.clock}
    with served(home, workers_min=1, workers_max=1) as server:
        deadline = time.monotonic() + 20
        while not sample_serving(**parts) and time.monotonic() < deadline:
            time.sleep(0.1)
        for _ in range(3):
            assert httpx.post(f"{server.url}/v1/predict", json={"OverTime": "Yes"}).is_success
        found = {point.name: point.value for point in sample_serving(**parts)}
        while "CaptureLag" not in found and time.monotonic() < deadline:
            time.sleep(0.1)
            found |= {
                point.name: point.value
                for point in sample_serving(**parts)
                if point.name == "CaptureLag"
            }
    assert (found["Invocations"], found["Invocation5XXErrors"]) == (3, 0)
    assert found["EndToEndLatency_p95"] > 50
    assert "CaptureLag" in found


def test_a_real_server_that_fails_rings_and_is_over_once_it_answers_again(home):
    clock = SetClock(NOON.replace(microsecond=0))
    ports = build(Settings(home=home), clock=clock)
    states = []

    def five_minutes(url, times):
        for _ in range(times):
            httpx.post(f"{url}/v1/predict", json={"OverTime": "Yes"})
        clock.instant += 5 * MINUTE
        sample_serving(serving=ports.serving, metrics=ports.metrics, clock=clock)
        found = evaluate_alarms(
            DEFAULT_RULES, metrics=ports.metrics, alarms=ports.alarms, audit=ports.audit,
            notifier=ports.notifier, clock=clock,
        )  # fmt: skip
        states.append({one.alarm: one.state.value for one in found.standings}["server-errors"])

    shutil.rmtree(home / "capture", ignore_errors=True)
    (home / "capture").write_text("in the way")
    with served(home, workers_min=1, workers_max=1) as server:
        five_minutes(server.url, 0)
        for _ in range(3):
            five_minutes(server.url, 25)
        (home / "capture").unlink()
        for _ in range(4):
            five_minutes(server.url, 25)
    assert [state for state, _ in groupby(states)] == ["INSUFFICIENT_DATA", "ALARM", "OK"]
