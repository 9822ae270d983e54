"""Stepping out of scoring over HTTP, and that nobody but privacy roles can tell who did."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local_client import LocalClient
from real_data import ibm_extract
from some_have_left import SomeHaveLeft
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.callers import Caller
from stayline.domain.decisions import ActionKind
from stayline.domain.opt_out import Channel, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.roles import Role
from stayline.settings import Settings
from stayline.web.app import create_app

PERSON, OTHER, GONE = (str(number) for number in ibm_extract()["EmployeeNumber"].head(3))
PATH = f"/v1/employees/{PERSON}"
TOLD = {
    "kind": "objection",
    "channel": "works_council",
    "reason": "A score of me upsets me <b>deeply</b>",
}
DECISION = {
    "action": ActionKind.MENTORING.value,
    "reason": "Asked for somebody to learn the new system from.",
}


def token_of(ports: Ports, hr_id: str) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), hr_id)


def client_of(ports: Ports, home: Path, *roles: Role) -> LocalClient:
    """Return a client who signs in with these roles."""
    app = create_app(ports, Settings(home=home))
    app.state["gateway"].callers._local = Caller("lee", frozenset(roles), is_human=True)
    return LocalClient(app, raise_server_exceptions=False)


@pytest.fixture
def manager(ports: Ports, home: Path) -> Iterator[LocalClient]:
    """A manager's client; one person has left."""
    gone = replace(ports, features=SomeHaveLeft(ports.features, {token_of(ports, GONE)}))
    with client_of(gone, home, Role.HR_PARTNER) as client:
        yield client


def test_an_objection_says_how_it_came_in_and_in_whose_words(client, ports):
    since = (ports.clock.now() - timedelta(days=2)).isoformat()
    answer = client.put(f"{PATH}/opt-out", json=TOLD | {"effective_from": since})
    assert answer.status_code == 200
    (kept,) = ports.opt_outs.intervals(token_of(ports, PERSON))
    assert (kept.kind, kept.channel, kept.reason) == (
        OptOutKind.OBJECTION, Channel.WORKS_COUNCIL, TOLD["reason"],
    )  # fmt: skip
    assert kept.since.isoformat() == since
    assert kept.recorded_at - kept.since > timedelta(days=2) - timedelta(seconds=1)
    (event,) = ports.audit.events(limit=1)
    assert "upsets" not in str(event)
    assert event.details["kind"] == "objection"


def test_scoring_stays_barred_until_both_kinds_are_withdrawn(client):
    client.put(f"{PATH}/opt-out")
    client.put(f"{PATH}/opt-out", json={"kind": "objection"})
    first = client.request("DELETE", f"{PATH}/opt-out", json={"kind": "opt_out"}).json()
    assert first["has_opted_out"] is True
    assert client.post("/v1/predict", json={"employee_id": PERSON}).status_code == 403
    assert client.delete(f"{PATH}/opt-out").json()["has_opted_out"] is False
    assert client.post("/v1/predict", json={"employee_id": PERSON}).status_code == 200


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"has_opted_out": False}, ["has_opted_out"]),
        ({"kind": "strike", "channel": "smoke"}, ["channel", "kind"]),
        ({"reason": 17}, ["reason"]),
        ({"reason": "x" * 1001}, ["reason"]),
        ({"reason": "a\x00b"}, ["reason"]),
        ({"effective_from": "2999-01-01T00:00:00Z"}, ["effective_from"]),
        ({"effective_from": "0001-01-01T00:00:00+14:00"}, ["effective_from"]),
        ({"effective_from": "2026-01-01T00:00:00"}, ["effective_from"]),
        ({"effective_from": "yesterday"}, ["effective_from"]),
    ],
)
def test_what_cannot_be_used_is_a_422_that_names_it_and_nothing_changes(client, body, paths):
    answer = client.put(f"{PATH}/opt-out", json=body)
    assert answer.status_code == 422
    assert sorted(error["path"] for error in answer.json()["errors"]) == paths
    assert client.get(PATH).json()["has_opted_out"] is False


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 422), (b"{}", "text/csv", 415)],
)
def test_a_body_that_is_no_object_of_json_is_refused(client, method, content, kind, status):
    sent = {"content": content, "headers": {"Content-Type": kind}}
    assert client.request(method, f"{PATH}/opt-out", **sent).status_code == status


def test_predict_answers_a_manager_alike_whatever_bars_the_score(manager, ports):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    people = (PERSON, "nobody", GONE)
    answers = [manager.post("/v1/predict", json={"employee_id": one}) for one in people]
    answers += [manager.post("/v1/predict", json={"instances": [{"employee_id": PERSON}]})]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers[:3]}) == 1
    for answer in answers:
        del answer.headers["x-amzn-requestid"]
    assert answers[0].headers == answers[1].headers == answers[2].headers
    assert "opt" not in answers[0].text.lower()
    refused = [e for e in ports.audit.events() if e.kind is AuditEventKind.SCORING_REFUSED]
    because = [event.details["because"] for event in refused]
    assert because == ["HasOptedOut", "UnknownEmployee", "NoLongerEmployed", "HasOptedOut"]


def test_wrong_fields_tell_nothing_of_an_opt_out(manager, ports):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    told = [
        manager.post("/v1/predict", json={"employee_id": one, "MonthlyIncome": "much"})
        for one in (PERSON, OTHER, "nobody")
    ]
    assert [answer.status_code for answer in told] == [422] * 3
    assert len({answer.content for answer in told}) == 1


def test_a_manager_is_shown_alike_whoever_has_no_score(manager, ports):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    shown = [manager.get(f"/v1/employees/{one}") for one in (PERSON, "nobody", GONE)]
    assert {answer.status_code for answer in shown} == {200}
    assert [answer.json() | {"employee_id": ""} for answer in shown] == [
        {
            "employee_id": "",
            "score": None,
            "no_score": "not_available",
            "has_opted_out": None,
            "opted_out_since": None,
            "decisions": [],
        }
    ] * 3
    ports.opt_outs.opt_in(token_of(ports, PERSON), at=ports.clock.now())
    again = manager.get(PATH).json()
    assert again["score"]["reasons"]
    assert (again["no_score"], again["has_opted_out"]) == (None, None)


def test_a_privacy_officer_sees_who_opted_out(ports, home):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    with client_of(ports, home, Role.PRIVACY_OFFICER, Role.HR_PARTNER) as officer:
        shown = officer.get(PATH).json()
        assert (shown["no_score"], shown["has_opted_out"]) == ("opted_out", True)
        assert officer.get("/v1/employees/nobody").status_code == 404
        assert officer.post("/v1/predict", json={"employee_id": PERSON}).status_code == 403


def test_a_program_that_sets_an_opt_out_is_not_told_what_stood_before(ports, home):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    with client_of(ports, home, Role.SERVICE) as portal:
        told = [portal.put(f"/v1/employees/{one}/opt-out").json() for one in (PERSON, OTHER)]
        assert [(one["has_opted_out"], one["since"]) for one in told] == [(True, None)] * 2
        portal.put(f"{PATH}/opt-out", json={"kind": "objection"})
        ended = portal.request("DELETE", f"{PATH}/opt-out", json={"kind": "opt_out"}).json()
        assert (ended["has_opted_out"], ended["since"]) == (False, None)


def test_a_decision_without_a_look_is_refused_alike_whoever_opted_out(manager, ports):
    ports.opt_outs.opt_out(token_of(ports, PERSON), at=ports.clock.now())
    answers = [
        manager.post(f"/v1/employees/{one}/decisions", json=DECISION) for one in (PERSON, OTHER)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
