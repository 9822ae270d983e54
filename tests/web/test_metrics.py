import os
import signal
import subprocess
import sys
import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from real_data import ibm_extract
from served_home import served
from stayline.domain.alarm_history import Standing
from stayline.domain.alarms import AlarmState
from stayline.web.metrics import metrics_of
from stores import NOON

PERSON = str(ibm_extract()["EmployeeNumber"][0])
LABELS = {"EndpointName": "attrition-risk", "VariantName": "version-1"}
OBSERVED_MANY_TIMES = """
import sys, time
from pathlib import Path
from stayline.web.metric_files import count_in_files, empty_figures
home = Path(sys.argv[1])
empty_figures(home)
count_in_files(home)
from stayline.web.metrics import metrics_of
metrics = metrics_of("attrition-risk")
best = 1.0
for _ in range(7):
    began = time.perf_counter()
    for _ in range(10_000):
        metrics.observe(200, source="live", variant="version-1", model_us=412.0, overhead_us=180.0)
    best = min(best, (time.perf_counter() - began) / 10_000)
print(best * 1e6)
"""
COUNT = """
import os, sys
from pathlib import Path
from stayline.web.metric_files import count_in_files
count_in_files(Path(sys.argv[1]))
from stayline.web.metrics import metrics_of
metrics = metrics_of("attrition-risk")
for _ in range(int(sys.argv[2])):
    metrics.observe(200, source="live", variant="version-1", model_us=60.0, overhead_us=60.0)
sys.stdout.buffer.write(metrics.text(0.0))
"""


def figures(text):
    """Return every sample by its name and labels, of text that is in Prometheus' form."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(text, name, **labels):
    return figures(text).get((name, tuple(sorted({**LABELS, **labels}.items()))))


def test_requests_are_counted_by_outcome_and_timed_at_the_model_and_around_it(client):
    for body, times in [({"OverTime": "Yes"}, 3), ({"OverTime": 7}, 2), ({"employee_id": "-"}, 1)]:
        for _ in range(times):
            client.post("/v1/predict", json=body)
    answer = client.get("/metrics")
    text = answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert figure(text, "Invocations_total", Source="live") == 3
    assert figure(text, "Invocations_total", Source="none") == 3
    assert figure(text, "Invocation4XXErrors_total") == 3
    assert figure(text, "Invocation5XXErrors_total") == 0
    assert figure(text, "ModelLatency_count") == 3
    assert figure(text, "OverheadLatency_count") == 6
    assert 50 < figure(text, "ModelLatency_sum") / 3 < 1e6


def test_what_cannot_be_read_is_counted_without_a_variant(client):
    client.post("/v1/predict", content=b"{", headers={"Content-Type": "application/json"})
    text = client.get("/metrics").text
    assert figure(text, "Invocation4XXErrors_total", VariantName="none") == 1


def test_a_failure_of_ours_is_a_5xx(client, home):
    (home / "capture").write_text("in the way")
    assert client.post("/v1/predict", json={"OverTime": "Yes"}).status_code == 503
    assert figure(client.get("/metrics").text, "Invocation5XXErrors_total") == 1


@pytest.mark.parametrize(
    ("us", "bucket"), [(50, "50.0"), (51, "100.0"), (1e6, "1e+06"), (2e6, "+Inf")]
)
def test_a_latency_is_counted_in_the_buckets_from_its_own_on(us, bucket):
    metrics = metrics_of("attrition-risk")
    metrics.observe(200, source="live", variant="version-1", model_us=us, overhead_us=us)
    found = {
        dict(labels)["le"]: value
        for (name, labels), value in figures(metrics.text(0.0).decode()).items()
        if name == "ModelLatency_bucket"
    }
    at = list(found).index(bucket)
    assert list(found.values()) == [0.0] * at + [1.0] * (len(found) - at)


def test_figures_of_the_process_are_told_by_its_id(client):
    told = figures(client.get("/metrics").text)
    memory = told["process_resident_memory_bytes", (("pid", str(os.getpid())),)]
    assert memory > 10_000_000
    assert ("process_cpu_seconds_total", (("pid", str(os.getpid())),)) in told


def test_the_capture_lag_is_told_and_is_back_at_nothing_once_all_is_on_disk(client, ports):
    client.post("/v1/predict", json={"OverTime": "Yes"})
    ports.capture.flush()
    told = figures(client.get("/metrics").text)
    assert told["CaptureLag", (("EndpointName", "attrition-risk"),)] == 0
    told = figures(client.app.state.gateway.metrics.text(1.5).decode())
    assert told["CaptureLag", (("EndpointName", "attrition-risk"),)] == 1.5


def test_the_state_of_each_alarm_is_told(client, ports):
    assert "stayline_alarm_state" not in client.get("/metrics").text
    ringing = Standing("latency-high", "latency-high", AlarmState.ALARM, NOON, NOON)
    ports.alarms.move(None, ringing, None)
    told = figures(client.get("/metrics").text)
    assert {
        dict(labels)["State"]: value
        for (name, labels), value in told.items()
        if name == "stayline_alarm_state" and dict(labels)["AlarmName"] == "latency-high"
    } == {"OK": 0, "ALARM": 1, "INSUFFICIENT_DATA": 0}


def test_the_figures_of_one_application_are_not_those_of_another():
    one, other = metrics_of("one"), metrics_of("other")
    one.observe(200, variant="version-1")
    assert b'"one"' not in other.text(0.0)


def test_counting_in_files_adds_up_over_processes_and_starts_anew_with_the_server(tmp_path):
    def run(program, *words):
        command = [sys.executable, "-c", program, str(tmp_path), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert float(run(OBSERVED_MANY_TIMES)) < 60
    before = figure(run(COUNT, "2"), "Invocations_total", Source="live")
    assert before == 70_002
    both = run(COUNT, "5")
    assert figure(both, "Invocations_total", Source="live") == before + 5
    assert figure(both, "ModelLatency_bucket", le="100.0") == 7
    run("from stayline.web.metric_files import *; import sys; empty_figures(Path(sys.argv[1]))")
    assert figure(run(COUNT, "1"), "Invocations_total", Source="live") == 1


def test_two_worker_processes_tell_one_sum_and_keep_it_when_one_is_killed(home):
    with served(home, workers_min=2, workers_max=2) as server:
        deadline = time.monotonic() + 20
        asked = 0
        while time.monotonic() < deadline:
            with httpx.Client(base_url=server.url, timeout=20) as client:  # a new connection each
                for _ in range(5):
                    assert client.post("/v1/predict", json={"OverTime": "Yes"}).is_success
                    asked += 1
            text = httpx.get(f"{server.url}/metrics").text
            assert figure(text, "Invocations_total", Source="live") == asked
            if len(counting(server, home)) == 2 and len(processes_of(text)) == 2:
                break
        assert processes_of(text) == set(server.workers())
        victim = counting(server, home)[0]
        os.kill(victim, signal.SIGKILL)
        while victim in server.workers() and time.monotonic() < deadline:
            time.sleep(0.05)
        text = httpx.get(f"{server.url}/metrics").text
        assert figure(text, "Invocations_total", Source="live") == asked
        assert victim not in processes_of(text)


def counting(server, home):
    """Return which workers have answered something."""
    files = (home / "run" / "metrics").glob("counter_*.db")
    return sorted({int(file.stem.split("_")[1]) for file in files} & set(server.workers()))


def processes_of(text):
    return {
        int(dict(labels)["pid"])
        for name, labels in figures(text)
        if name == "process_resident_memory_bytes"
    }
