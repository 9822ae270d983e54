from dataclasses import replace

import polars as pl
import pytest

from deployed_home import deploy_again
from local_client import LocalClient
from real_data import ibm_extract
from some_have_left import SomeHaveLeft
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings
from stayline.web.app import create_app

PERSON = str(ibm_extract()["EmployeeNumber"][0])
OTHER = str(ibm_extract()["EmployeeNumber"][1])
PATH = f"/v1/employees/{PERSON}"
GOOD = {"action": "workload_review", "reason": "Worked eleven weekends since June, asked for help."}


@pytest.fixture(autouse=True)
def _quick_lookers(home):
    """Let a decision follow a view at once; how long it must wait is tested elsewhere."""
    (home / "governance.toml").write_text("[oversight]\nleast_view_s = 0\n")


def decide(client, **changed):
    client.get(PATH)
    return client.post(f"{PATH}/decisions", json=GOOD | changed)


def kinds_of(ports, count):
    return [event.kind for event in ports.audit.events(limit=count)]


def test_a_person_never_scored_is_scored_when_asked_for(client, ports):
    answer = client.get(PATH)
    shown = answer.json()
    assert answer.status_code == 200
    assert shown["employee_id"] == PERSON
    assert shown["score"]["reasons"]
    assert shown["score"]["source"] == "live"
    assert shown["decisions"] == []
    assert kinds_of(ports, 2) == [AuditEventKind.EMPLOYEE_SCORED, AuditEventKind.EMPLOYEE_VIEWED]


def test_the_last_score_is_shown_not_a_what_if(client):
    scored = client.post("/v1/predict", json={"employee_id": PERSON}).json()
    client.post("/v1/predict", json={"employee_id": PERSON, "MonthlyIncome": 1000})
    shown = client.get(PATH).json()["score"]
    assert shown["prediction_id"] == scored["prediction_id"]
    assert (shown["risk"], shown["reasons"]) == (scored["risk"], scored["reasons"])


def test_a_decision_is_kept_with_its_prediction_and_shown(client, ports):
    scored = client.post("/v1/predict", json={"employee_id": PERSON}).json()
    sent = GOOD | {"prediction_id": scored["prediction_id"]}
    answer = decide(client, **sent)
    assert answer.status_code == 201
    assert kinds_of(ports, 1) == [AuditEventKind.DECISION_RECORDED]
    (shown,) = client.get(PATH).json()["decisions"]
    assert shown == answer.json()
    assert sent.items() <= shown.items()


def test_who_decided_is_the_caller(client):
    assert decide(client).json()["decided_by"] == "local-analyst"


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"action": "dismissal"}, ["action"]),
        ({"reason": "too short"}, ["reason"]),
        ({"reason": "the employee has a high risk score"}, ["reason"]),
        ({"reason": 17, "action": None}, ["action", "reason"]),
        ({"reason": "x" * 4001}, ["reason"]),
        ({"reason": GOOD["reason"] + "\x00"}, ["reason"]),
        ({"decided_by": "Cem"}, ["decided_by"]),
        ({"prediction_id": "not one of this person's"}, ["prediction_id"]),
        ({"salary": 1}, ["salary"]),
    ],
)
def test_a_decision_outside_the_rules_is_a_422_that_names_the_field(client, changed, paths):
    answer = decide(client, **changed)
    assert answer.status_code == 422
    assert sorted(error["path"] for error in answer.json()["errors"]) == paths
    assert client.get(PATH).json()["decisions"] == []


def test_a_decision_cannot_name_a_prediction_about_somebody_else(client):
    other = client.post("/v1/predict", json={"employee_id": OTHER}).json()
    assert decide(client, prediction_id=other["prediction_id"]).status_code == 422


def test_an_opt_out_takes_the_score_away_at_once_and_twice_is_once(client, ports):
    client.post("/v1/predict", json={"employee_id": PERSON})
    token = pseudonym(ports.secrets.token_key(), PERSON)
    first = client.put(f"{PATH}/opt-out").json()
    assert ports.scores.find(token) is None
    assert client.put(f"{PATH}/opt-out").json() == first
    assert first["has_opted_out"] is True
    shown = client.get(PATH).json()
    assert (shown["score"], shown["has_opted_out"]) == (None, True)
    assert shown["opted_out_since"] == first["since"]


def test_a_withdrawn_opt_out_lets_the_person_be_scored(client, ports):
    client.put(f"{PATH}/opt-out")
    assert client.delete(f"{PATH}/opt-out").json()["has_opted_out"] is False
    assert client.delete(f"{PATH}/opt-out").status_code == 200
    assert kinds_of(ports, 2) == [AuditEventKind.OPTED_IN] * 2
    assert client.get(PATH).json()["score"]["reasons"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "/decisions", GOOD),
        ("PUT", "/opt-out", None),
        ("DELETE", "/opt-out", None),
    ],
)
def test_nothing_is_done_for_a_person_nobody_knows_but_note_it(client, ports, method, path, body):
    before = len(ports.audit.events())
    answer = client.request(method, f"/v1/employees/nobody{path}", json=body)
    assert answer.status_code == 404
    assert "nobody" not in answer.text
    (event,) = ports.audit.events()[before:]
    assert event.kind is AuditEventKind.REQUEST_REFUSED
    assert event.subject == pseudonym(ports.secrets.token_key(), "nobody")
    assert event.details == {"because": "UnknownEmployee"}


@pytest.mark.parametrize("written", ["%20", "x" * 65, "a%00b", "%F0%9F"])
def test_an_id_that_cannot_be_one_is_a_4xx(client, written):
    assert client.get(f"/v1/employees/{written}").status_code in (404, 422)


def test_a_refused_decision_is_an_audit_event_by_token_without_its_words(client, ports):
    client.post(f"{PATH}/decisions", json=GOOD | {"action": "dismissal"})
    (event,) = ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.REQUEST_REFUSED
    assert event.subject == pseudonym(ports.secrets.token_key(), PERSON)
    assert event.details == {"because": "DecisionRefused"}


def test_the_audit_log_holds_who_decided_and_what_that_rests_on_but_not_the_words(client, ports):
    decided = decide(client).json()
    viewed, event = ports.audit.events(limit=2)
    assert event.actor == viewed.actor == "local-analyst"
    assert event.details["decision_id"] == decided["decision_id"]
    assert event.details["viewed_at"] == viewed.at.isoformat()
    assert event.details["seen_band"] == viewed.details["band"]
    assert not any(GOOD["reason"] in str(value) for value in event.details.values())


def test_a_score_of_an_earlier_model_is_made_anew(client, ports):
    first = client.get(PATH).json()["score"]
    assert client.get(PATH).json()["score"] == first
    version = deploy_again(ports)
    assert client.get(PATH).json()["score"]["model"]["version"] == version


def test_a_score_of_earlier_features_is_made_anew(client, ports):
    first = client.get(PATH).json()["score"]
    token = pseudonym(ports.secrets.token_key(), PERSON)
    now = ports.clock.now()
    rows = ports.features.newest([token]).drop("write_time")
    ports.features.put(
        "features",
        rows.with_columns(pl.lit(9.0).alias("YearsSinceLastPromotion")),
        written_at=now,
    )
    second = client.get(PATH).json()["score"]
    assert second["prediction_id"] != first["prediction_id"]
    assert second["scored_at"] > first["scored_at"]


def test_the_kept_score_of_someone_opted_out_is_not_made_anew(client, ports):
    client.put(f"{PATH}/opt-out")
    before = len(ports.audit.events())
    assert client.get(PATH).json()["score"] is None
    assert [event.kind for event in ports.audit.events()[before:]] == [
        AuditEventKind.EMPLOYEE_VIEWED
    ]


def test_a_person_who_has_left_is_shown_and_scored_no_more(ports, home):
    token = pseudonym(ports.secrets.token_key(), PERSON)
    later = replace(ports, features=SomeHaveLeft(ports.features, {token}))
    with LocalClient(create_app(later, Settings(home=home))) as client:
        for answer in (client.get(PATH), client.post("/v1/predict", json={"employee_id": PERSON})):
            assert answer.status_code == 410
            assert "no longer employed" in answer.json()["detail"]
            assert answer.json()["type"].endswith("no-longer-employed")
    kinds = [AuditEventKind.REQUEST_REFUSED, AuditEventKind.SCORING_REFUSED]
    assert kinds_of(ports, 2) == kinds
