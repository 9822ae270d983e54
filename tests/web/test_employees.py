import pytest

from real_data import ibm_extract
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym

PERSON = str(ibm_extract()["EmployeeNumber"][0])
OTHER = str(ibm_extract()["EmployeeNumber"][1])
PATH = f"/v1/employees/{PERSON}"
GOOD = {"action": "workload_review", "reason": "Worked eleven weekends since June, asked for help."}


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
    sent = GOOD | {"prediction_id": scored["prediction_id"], "decided_by": "Cem"}
    answer = client.post(f"{PATH}/decisions", json=sent)
    assert answer.status_code == 201
    assert kinds_of(ports, 1) == [AuditEventKind.DECISION_RECORDED]
    (shown,) = client.get(PATH).json()["decisions"]
    assert shown == answer.json()
    assert sent.items() <= shown.items()


def test_who_decided_is_the_actor_when_nobody_is_named(client):
    assert client.post(f"{PATH}/decisions", json=GOOD).json()["decided_by"] == "local-analyst"


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"action": "dismissal"}, ["action"]),
        ({"reason": "too short"}, ["reason"]),
        ({"reason": "the employee has a high risk score"}, ["reason"]),
        ({"reason": 17, "action": None}, ["action", "reason"]),
        ({"reason": "x" * 4001}, ["reason"]),
        ({"reason": GOOD["reason"] + "\x00"}, ["reason"]),
        ({"prediction_id": "not one of this person's"}, ["prediction_id"]),
        ({"salary": 1}, ["salary"]),
    ],
)
def test_a_decision_outside_the_rules_is_a_422_that_names_the_field(client, changed, paths):
    answer = client.post(f"{PATH}/decisions", json=GOOD | changed)
    assert answer.status_code == 422
    assert sorted(error["path"] for error in answer.json()["errors"]) == paths
    assert client.get(PATH).json()["decisions"] == []


def test_a_decision_cannot_name_a_prediction_about_somebody_else(client):
    other = client.post("/v1/predict", json={"employee_id": OTHER}).json()
    sent = GOOD | {"prediction_id": other["prediction_id"]}
    assert client.post(f"{PATH}/decisions", json=sent).status_code == 422


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
def test_nothing_is_done_for_a_person_nobody_knows(client, ports, method, path, body):
    before = len(ports.audit.events())
    answer = client.request(method, f"/v1/employees/nobody{path}", json=body)
    assert answer.status_code == 404
    assert "nobody" not in answer.text
    assert len(ports.audit.events()) == before


@pytest.mark.parametrize("written", ["%20", "x" * 65, "a%00b", "%F0%9F"])
def test_an_id_that_cannot_be_one_is_a_4xx(client, written):
    assert client.get(f"/v1/employees/{written}").status_code in (404, 422)
