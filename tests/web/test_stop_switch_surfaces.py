"""While scoring is stopped, no surface computes or shows a score."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest

from local_client import LocalClient
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.cli.score import score_everyone
from stayline.domain.audit_events import AuditEventKind
from stayline.errors import ScoringStopped
from stayline.ports.scoring_control import FRESH_S
from stayline.settings import Settings
from stayline.usecases.resume_scoring import resume_scoring
from stayline.usecases.score_workforce import score_workforce
from stayline.usecases.stop_scoring import stop_scoring
from stayline.web.app import create_app

PERSON = str(ibm_extract()["EmployeeNumber"][0])
SCORING = {
    "predict by id": ("POST", "/v1/predict", {"employee_id": PERSON}),
    "predict by fields": ("POST", "/v1/predict", {"OverTime": "Yes"}),
    "predict many": ("POST", "/v1/predict", {"instances": [{"employee_id": PERSON}]}),
    "predict what-if": ("POST", "/v1/predict", {"employee_id": PERSON, "OverTime": "Yes"}),
    "view": ("GET", f"/v1/employees/{PERSON}", None),
}


def stop(ports):
    return stop_scoring(
        reason="It scores the wrong people.", by="ana", control=ports.control, clock=ports.clock
    )


def resume(ports):
    return resume_scoring(
        reason="That was mended.", by="ana", control=ports.control, clock=ports.clock
    )


def ask(client, name):
    method, path, body = SCORING[name]
    return client.request(method, path, json=body)


def scores_in(ports):
    return [e for e in ports.audit.events() if e.kind is AuditEventKind.EMPLOYEE_SCORED]


@pytest.fixture
def client(ports, home):
    with LocalClient(create_app(ports, Settings(home=home))) as client:
        yield client


@pytest.mark.parametrize("name", SCORING)
def test_a_stop_refuses_every_surface_at_once_and_an_end_opens_it(client, ports, name):
    assert ask(client, name).status_code == 200
    before = len(scores_in(ports))
    stop(ports)
    answer = ask(client, name)
    assert answer.status_code == 503
    assert "Scoring is stopped" in answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert len(scores_in(ports)) == before
    resume(ports)
    assert ask(client, name).status_code == 200


def test_the_problem_is_of_a_type_of_its_own(client, ports):
    stop(ports)
    problem = ask(client, "predict by id").json()
    assert problem["type"] == "urn:stayline:problem:scoring-stopped"


def test_a_stop_by_another_process_holds_within_a_second_and_health_tells(client, home):
    assert client.get("/v1/health").json()["scoring"] == "on"
    ask(client, "predict by id")
    stop(build(Settings(home=home)))
    time.sleep(FRESH_S)
    assert ask(client, "predict by id").status_code == 503
    assert client.get("/v1/health").json()["scoring"] == "stopped"
    assert client.get("/readyz").status_code == 200


def test_what_is_no_score_goes_on(client, ports):
    stop(ports)
    assert client.get("/healthz").status_code == 200
    assert client.put(f"/v1/employees/{PERSON}/opt-out").status_code == 200
    assert client.get("/ping").status_code == 200


def test_a_refused_view_is_audited(client, ports):
    stop(ports)
    ask(client, "view")
    (event,) = ports.audit.events(limit=1)
    assert event.details == {"because": "ScoringStopped"}


def test_a_stop_and_its_end_are_audited_with_who_and_how_long(ports):
    stop(ports)
    resume(ports)
    stopped, resumed = ports.audit.events(limit=2)
    assert (stopped.kind, resumed.kind) == (
        AuditEventKind.SCORING_STOPPED, AuditEventKind.SCORING_RESUMED,
    )  # fmt: skip
    assert resumed.details["stopped_by"] == "ana"
    assert ports.audit.problems() == []


def test_a_run_over_everyone_stops_in_the_middle_and_is_taken_up_afterwards(ports, home):
    settings = Settings(home=home)

    def stop_soon(done, total):
        if done >= 100 and not ports.control.state().is_stopped:
            stop(ports)

    with pytest.raises(ScoringStopped):
        score_workforce(
            endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
            opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, clock=ports.clock,
            actor="ana", chunk=100, progress=stop_soon,
        )  # fmt: skip
    assert ports.scores.unfinished_run().done == 100
    with pytest.raises(ScoringStopped):
        score_everyone(ports, settings)
    resume(ports)
    scored = score_everyone(ports, settings)
    assert (scored.taken_up_at, scored.count) == (100, ports.features.count())


def test_where_the_rules_cannot_be_read_nobody_scores(client, ports, home):
    assert ask(client, "predict by id").status_code == 200
    with closing(sqlite3.connect(home / "state.db")) as state, state:
        state.execute("ALTER TABLE scoring_rules RENAME TO elsewhere")
    time.sleep(FRESH_S)
    for name in SCORING:
        assert ask(client, name).status_code == 503
    assert client.get("/v1/health").json()["scoring"] == "stopped"


def test_a_rule_that_is_no_rule_stops_scoring(client, home):
    with closing(sqlite3.connect(home / "state.db")) as state, state:
        state.execute(
            "INSERT INTO scoring_rules (rule, is_in_force, at, by, reason, scope) "
            "VALUES ('pilot', 1, 0, 'x', 'x', '{]')"
        )
    time.sleep(FRESH_S)
    assert ask(client, "predict by id").status_code == 503


def test_a_stop_outlives_the_process_and_the_clock(home, ports):
    stop(ports)
    later = build(Settings(home=home))
    with pytest.raises(ScoringStopped):
        later.control.scope()
    assert later.clock.now() - later.control.state().stop.at < timedelta(minutes=5)
