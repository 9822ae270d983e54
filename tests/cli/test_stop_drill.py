"""The stop switch on a running server with two workers under load, and its drill."""

import os
import signal
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager
from itertools import cycle

import httpx
import pytest

from command_runs import command, here, started
from real_data import ibm_extract
from served_home import PATIENCE_S, served
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.register.oversight import StopDrill
from stayline.settings import Settings
from waiting import soon

PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"].head(8)]
CLIENTS, COMMAND_S = 4, 60
SCORED, STOPPED = 200, 503
REASON = ("--reason", "It scores the wrong people.")


class Load:
    """Some callers that keep asking for people's scores; each answer with its time."""

    def __init__(self, url):
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        self.answers = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self):
        with httpx.Client(base_url=self._url, timeout=PATIENCE_S) as client:
            for person in cycle(PEOPLE):
                if self._stop.is_set():
                    return
                answer = client.post("/v1/predict", json={"employee_id": person})
                self.answers.append((time.time(), answer.status_code))


def post(url, body):
    return httpx.post(
        url, content=body, headers={"Content-Type": "application/json"}, timeout=PATIENCE_S
    ).status_code


@contextmanager
def two_workers(home):
    with served(home, workers_min=2, workers_max=2) as server:
        complaints = threading.Thread(target=deque, args=(server.process.stderr, 0))
        complaints.start()  # each refusal is logged, and somebody must take that in
        try:
            deployments = build(Settings(home=home)).deployments
            assert soon(lambda: len(deployments.workers()) == 2)
            yield server
        finally:
            server.process.terminate()
            server.process.wait(PATIENCE_S)
            complaints.join()


def scored_between(ports, since, until):
    return sum(
        event.kind is AuditEventKind.EMPLOYEE_SCORED and since <= event.at < until
        for event in ports.audit.events()
    )


def test_a_drill_under_load_measures_that_every_worker_stops_and_resumes(home):
    ports = build(Settings(home=home))
    with two_workers(home) as server, Load(server.url) as load:
        assert soon(lambda: len(load.answers) > 20)
        told = here("stop-scoring", "--drill", "--url", server.url, "--home", home, "--json")
        assert (told.code, told.err) == (0, "")
        before = len(load.answers)
        assert soon(lambda: SCORED in {status for _, status in load.answers[before + 8 :]})
    (entry,) = ports.register.entries(StopDrill)
    drill = entry.record
    assert told.json["subject"] == drill.subject
    assert drill.stopped_at < drill.refused_from < drill.resumed_at
    assert (drill.refused_from - drill.stopped_at).total_seconds() < 1
    assert drill.scores_served_while_off == 0
    assert scored_between(ports, drill.refused_from, drill.resumed_at) == 0
    off = [
        status
        for at, status in load.answers
        if drill.refused_from.timestamp() + 0.1 < at < drill.resumed_at.timestamp()
    ]
    assert len(off) > CLIENTS
    assert set(off) == {STOPPED}
    assert not ports.control.state().is_stopped
    kinds = Counter(event.kind for event in ports.audit.events())
    assert kinds[AuditEventKind.SCORING_STOPPED] == kinds[AuditEventKind.SCORING_RESUMED] == 1
    assert kinds[AuditEventKind.STOP_DRILLED] == 1
    assert ports.audit.problems() == []


def test_a_drill_killed_in_the_middle_leaves_scoring_stopped_and_the_state_says_so(home):
    ports = build(Settings(home=home))
    with two_workers(home) as server:
        words = command("stop-scoring", "--drill", "--url", server.url, "--home", home)
        with started(words) as drill:
            until = time.monotonic() + COMMAND_S  # a command takes seconds to begin
            while not ports.control.state().is_stopped and time.monotonic() < until:
                time.sleep(0.01)
            os.kill(drill.pid, signal.SIGKILL)
            drill.wait()
        assert ports.control.state().is_stopped
        time.sleep(1.5)  # longer than the drill would have lasted
        for path in ("/v1/predict", "/invocations", "/endpoints/attrition-risk/invocations"):
            assert post(f"{server.url}{path}", b'{"employee_id": 1}') == STOPPED
        told = here("scoring-state", "--home", home)
        assert "A drill of the stop switch" in told.out
        assert "No score is computed or shown." in told.out
        again = here("stop-scoring", "--drill", "--url", server.url, "--home", home)
        assert again.code == 1
        assert "stopped already" in again.err
        assert here("resume-scoring", "--home", home, *REASON).code == 0
        assert soon(lambda: post(f"{server.url}/v1/predict", b'{"employee_id": 1}') == SCORED)
    assert ports.register.entries(StopDrill) == []


def test_a_drill_without_a_server_stops_nothing(home):
    told = here("stop-scoring", "--drill", "--url", "http://127.0.0.1:9", "--home", home)
    assert told.code == 1
    assert "no server of this home answers" in told.err
    assert build(Settings(home=home)).control.history() == []


@pytest.mark.parametrize("words", [("stop-scoring",), ("stop-scoring", "--reason", " a ")])
def test_a_stop_without_a_reason_is_refused(home, words):
    told = here(*words, "--home", home)
    assert told.code == 1
    assert "Say why" in told.err


def test_a_stop_and_its_end_are_told_and_twice_is_refused(home):
    assert "Scored: everybody." in here("scoring-state", "--home", home).out
    assert "no process computes" in here("stop-scoring", "--home", home, *REASON).out
    assert here("stop-scoring", "--home", home, *REASON).code == 1
    state = here("scoring-state", "--home", home, "--json").json
    assert (state["is_stopped"], state["stop"]["reason"]) == (True, REASON[1])
    refused = here("score", "--home", home)
    assert (refused.code, "Scoring is stopped" in refused.err) == (1, True)
    assert here("resume-scoring", "--home", home, *REASON).code == 0
    assert here("resume-scoring", "--home", home, *REASON).code == 1
