"""While a pilot runs, nobody outside its scope is scored or shown, on any surface."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from local_client import LocalClient
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.cli.score import score_everyone
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.score_request import ScoreRequest
from stayline.errors import EndpointUnavailable, NoPilot, OutsidePilot, ScopeRefused
from stayline.ports.scoring_control import FRESH_S
from stayline.settings import Settings
from stayline.usecases.deploy_model.shadow_rows import shadow_rows
from stayline.usecases.end_pilot import end_pilot
from stayline.usecases.serve_kept_scores import serve_kept_scores
from stayline.usecases.set_pilot import set_pilot
from stayline.web.app import create_app
from stores import SetClock

PEOPLE = ibm_extract()
NUMBER, DEPARTMENT = "EmployeeNumber", "Department"
INSIDE, OUTSIDE = (
    str(PEOPLE.filter(pl.col(DEPARTMENT) == name)[NUMBER][0])
    for name in ("Sales", "Human Resources")
)
SALES = PEOPLE.filter(pl.col(DEPARTMENT) == "Sales").height
RESEARCH = PEOPLE.filter(pl.col(DEPARTMENT) == "Research & Development").height


def begin(ports, *where, until=None):
    return set_pilot(
        where or ("Department=Sales",), reason="As agreed.", by="ana", until=until,
        features=ports.features, scores=ports.scores, control=ports.control, clock=ports.clock,
    )  # fmt: skip


def kind_of(answer):
    return answer.json()["type"].rpartition(":")[2]


def test_people_outside_get_one_neutral_answer_on_every_route(client, ports):
    begin(ports)
    for body in (
        {"employee_id": OUTSIDE},
        {"employee_id": OUTSIDE, "Department": "Sales"},
        {"instances": [{"employee_id": INSIDE}, {"employee_id": OUTSIDE}]},
    ):
        answer = client.post("/v1/predict", json=body)
        assert (answer.status_code, kind_of(answer)) == (403, "outside-pilot")
        assert answer.json()["detail"] == "No score can be shown for this employee."
    answer = client.get(f"/v1/employees/{OUTSIDE}")
    assert (answer.status_code, kind_of(answer)) == (403, "outside-pilot")
    assert client.post("/v1/predict", json={"employee_id": INSIDE}).status_code == 200
    assert client.get(f"/v1/employees/{INSIDE}").json()["score"] is not None


def test_a_refusal_is_audited_by_token_and_captured_nowhere(client, ports):
    begin(ports)
    client.post("/v1/predict", json={"employee_id": OUTSIDE})
    (event,) = ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.SCORING_REFUSED
    assert event.subject == pseudonym(ports.secrets.token_key(), OUTSIDE)
    assert event.details == {"because": "OutsidePilot"}


def test_a_row_of_nobody_is_scored_unless_it_describes_somebody_outside(client, ports):
    begin(ports)
    assert client.post("/v1/predict", json={"OverTime": "Yes"}).status_code == 200
    fits = {"OverTime": "Yes", "Department": "Sales"}
    assert client.post("/v1/predict", json=fits).status_code == 200
    answer = client.post("/v1/predict", json=fits | {"Department": "Human Resources"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"path": "Department", "message": "expected Sales during the pilot"}
    ]


@pytest.mark.parametrize(("level", "status"), [(2, 200), (2.0, 200), ("2", 200), (3, 422)])
def test_a_field_counts_however_its_value_is_written(client, ports, level, status):
    begin(ports, "JobLevel=2")
    assert client.post("/v1/predict", json={"JobLevel": level}).status_code == status


def test_a_run_over_everyone_scores_those_inside_and_takes_the_others_down(ports, home):
    settings = Settings(home=home)
    score_everyone(ports, settings)
    found = begin(ports, "Department=Sales", "Department=Research & Development")
    assert (found.people, found.of) == (SALES + RESEARCH, PEOPLE.height)
    assert len(ports.scores.entries()) == SALES + RESEARCH
    scored = score_everyone(ports, settings)
    assert (scored.count, scored.outside) == (SALES + RESEARCH, PEOPLE.height - SALES - RESEARCH)
    assert scored.opted_out == scored.gone == 0
    end_pilot(reason="It went well.", by="ana", control=ports.control, clock=ports.clock)
    assert score_everyone(ports, settings).count == PEOPLE.height


def test_the_fallback_serves_nobody_outside_even_where_a_score_is_kept(ports, home):
    settings = Settings(home=home)
    score_everyone(ports, settings)
    kept = ports.scores.find(pseudonym(ports.secrets.token_key(), OUTSIDE))
    begin(ports)
    ports.scores.put([kept])
    outage = EndpointUnavailable("e", "down", failing_since=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(OutsidePilot):
        serve_kept_scores(
            [ScoreRequest(OUTSIDE)], outage=outage, limits=settings.fallback_limits,
            features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
            control=ports.control, audit=ports.audit, clock=ports.clock,
            token_key=ports.secrets.token_key(), actor="ana",
        )  # fmt: skip


def test_the_shadow_of_a_deployment_holds_nobody_outside(client, ports):
    for person in (INSIDE, OUTSIDE):
        client.post("/v1/predict", json={"employee_id": person})
    ports.capture.close()
    begin(ports)
    rows = shadow_rows(
        600, ports.features, ports.opt_outs, ports.control, ports.capture, ports.clock
    )
    assert {values[DEPARTMENT] for values, _ in rows} == {"Sales"}
    assert len(rows) == SALES


def test_a_scope_set_by_another_process_holds_within_a_second(client, home):
    assert client.post("/v1/predict", json={"employee_id": OUTSIDE}).status_code == 200
    begin(build(Settings(home=home)))
    time.sleep(FRESH_S)
    assert client.post("/v1/predict", json={"employee_id": OUTSIDE}).status_code == 403


def test_whoever_moves_into_scope_is_scored_and_whoever_moves_out_is_not(client, ports):
    begin(ports)
    token = pseudonym(ports.secrets.token_key(), OUTSIDE)
    rows = ports.features.newest([token]).drop("write_time")
    moved = rows.with_columns(pl.lit("Sales").alias(DEPARTMENT))
    ports.features.put("features", moved, written_at=ports.clock.now())
    assert client.post("/v1/predict", json={"employee_id": OUTSIDE}).status_code == 200


@contextmanager
def at(home, clock):
    ports = build(Settings(home=home), clock=clock)
    with LocalClient(create_app(ports, Settings(home=home))) as client:
        yield ports, client


def test_from_the_agreed_end_on_nobody_is_scored(home):
    clock = SetClock(datetime.now(UTC))
    with at(home, clock) as (ports, client):
        begin(ports, until=clock.instant + timedelta(days=1))
        assert client.post("/v1/predict", json={"employee_id": INSIDE}).status_code == 200
    clock.instant += timedelta(days=1)
    with at(home, clock) as (ports, client):
        assert client.post("/v1/predict", json={"employee_id": INSIDE}).status_code == 403
        assert client.post("/v1/predict", json={"OverTime": "Yes"}).status_code == 422


def test_a_scope_of_nobody_known_is_refused_and_changes_nothing(ports):
    rows = ports.features.newest().drop("write_time").filter(pl.col(DEPARTMENT) == "Sales")
    moved = rows.with_columns(pl.lit("Human Resources").alias(DEPARTMENT))
    ports.features.put("features", moved, written_at=ports.clock.now())
    with pytest.raises(ScopeRefused, match="nobody has Department=Sales"):
        begin(ports)
    with pytest.raises(ScopeRefused, match="is past"):
        begin(ports, "Department=Human Resources", until=datetime(2020, 1, 1, tzinfo=UTC))
    assert ports.control.history() == []


def test_a_run_that_was_cut_off_before_the_scope_changed_is_not_taken_up(ports, home):
    def cut_off(done, total):
        if done:
            raise InterruptedError

    settings = Settings(home=home)
    with pytest.raises(InterruptedError):
        score_everyone(ports, settings, cut_off)
    assert ports.scores.unfinished_run().done
    begin(ports)
    assert score_everyone(ports, settings).taken_up_at == 0
    assert len(ports.scores.entries()) == SALES


def test_there_is_no_pilot_to_end_before_one_began(ports):
    with pytest.raises(NoPilot):
        end_pilot(reason="It went well.", by="ana", control=ports.control, clock=ports.clock)
