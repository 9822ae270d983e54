import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_client import LocalClient
from real_data import ibm_extract
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings
from stayline.web.app import create_app

FIELDS = {
    "Age": 35,
    "JobRole": "Sales Executive",
    "MonthlyIncome": 5500,
    "YearsAtCompany": 5,
    "OverTime": "Yes",
}
PERSON = int(ibm_extract()["EmployeeNumber"][0])
JSON = {"Content-Type": "application/json"}


def test_the_body_of_the_documentation_gets_the_documented_answer(predict):
    status, answer = predict(FIELDS)
    assert status == 200
    assert set(answer) == {
        "prediction_id", "employee_id", "risk", "band", "base_risk", "reasons", "model", "source",
        "scored_at", "fields", "stale_for_s",
    }  # fmt: skip
    assert answer["employee_id"] is None
    assert answer["band"] in ("low", "medium", "high")
    assert (answer["source"], answer["stale_for_s"]) == ("live", None)
    assert set(answer["model"]) == {"version", "digest"}
    assert all(set(r) == {"feature", "value", "contribution", "text"} for r in answer["reasons"])
    assert set(answer["fields"]) == {"request", "store", "missing", "ignored", "unknown"}
    assert answer["fields"]["ignored"] == ["Age"]
    assert sorted(answer["fields"]["request"]) == sorted(set(FIELDS) - {"Age"})
    total = answer["base_risk"] + sum(reason["contribution"] for reason in answer["reasons"])
    assert total == pytest.approx(answer["risk"], abs=1e-5)


@pytest.mark.parametrize("written", [PERSON, str(PERSON), f" {PERSON} "])
def test_a_person_is_found_however_the_id_is_written(predict, written):
    status, answer = predict({"employee_id": written})
    assert status == 200
    assert answer["employee_id"] == str(PERSON)
    assert answer["fields"]["missing"] == []


@pytest.mark.parametrize(
    ("query", "comes"), [("", True), ("?reasons=true", True), ("?reasons=false", False)]
)
def test_reasons_come_unless_they_are_left_out(client, query, comes):
    answer = client.post(f"/v1/predict{query}", json=FIELDS)
    assert answer.status_code == 200
    assert bool(answer.json()["reasons"]) is comes


@pytest.mark.parametrize("query", ["reasons=", "reasons=maybe", "reasons=true&reasons=false"])
def test_reasons_that_are_neither_asked_for_nor_left_out_are_refused(client, query):
    answer = client.post(f"/v1/predict?{query}", json=FIELDS)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == ["reasons"]


def test_instances_are_answered_in_their_order(predict):
    status, answer = predict({"instances": [{"employee_id": PERSON}, FIELDS]})
    assert status == 200
    first, second = answer["predictions"]
    assert (first["employee_id"], second["employee_id"]) == (str(PERSON), None)


def test_csv_gives_what_json_gives_and_an_empty_cell_is_missing(predict):
    text = "employee_id,JobRole,MonthlyIncome,OverTime\r\n,Sales Executive,5500,\r\n"
    status, answer = predict(("\ufeff" + text).encode(), "text/csv; charset=utf-8")
    alone = predict({"JobRole": "Sales Executive", "MonthlyIncome": 5500})[1]
    assert status == 200
    (row,) = answer["predictions"]
    assert row["risk"] == alone["risk"]
    assert row["fields"] == alone["fields"]


def test_an_extract_of_people_can_be_sent_as_it_is(predict):
    status, answer = predict(ibm_extract().head(5).write_csv().encode(), "text/csv")
    assert status == 200
    assert {"EmployeeNumber", "Gender"} <= set(answer["predictions"][0]["fields"]["ignored"])


@pytest.mark.parametrize(
    ("body", "status", "paths"),
    [
        ({}, 422, ["employee_id"]),
        ({"Shoe size": 44}, 422, ["employee_id"]),
        ({"OverTime": None}, 422, ["employee_id"]),
        ({"OverTime": "Perhaps"}, 422, ["OverTime"]),
        ({"MonthlyIncome": -5, "JobRole": "Astronaut"}, 422, ["JobRole", "MonthlyIncome"]),
        ({"MonthlyIncome": "many"}, 422, ["MonthlyIncome"]),
        ({"MonthlyIncome": [5]}, 422, ["MonthlyIncome"]),
        ({"MonthlyIncome": True}, 422, ["MonthlyIncome"]),
        ({"OverTime": {"a": {}}}, 422, ["OverTime"]),
        ({"employee_id": "nobody"}, 404, ["employee_id"]),
        ({"employee_id": 1.5}, 422, ["employee_id"]),
        ({"employee_id": True}, 422, ["employee_id"]),
        ({"employee_id": [1]}, 422, ["employee_id"]),
        ({"employee_id": ""}, 422, ["employee_id"]),
        ({"employee_id": "x" * 65}, 422, ["employee_id"]),
        ({"employee_id": "1\x00"}, 422, ["employee_id"]),
        ({"employee_id": 10**200}, 422, ["employee_id"]),
        ({"instances": []}, 422, ["instances"]),
        ({"instances": [FIELDS] * 21}, 422, ["instances"]),
        ({"instances": {"a": 1}}, 422, ["instances"]),
        ({"instances": [FIELDS], "Age": 3}, 422, ["Age"]),
        ({"instances": [FIELDS, 7, None]}, 422, ["instances[1]", "instances[2]"]),
        ({"instances": [{"OverTime": 8}, FIELDS]}, 422, ["instances[0].OverTime"]),
        ({"instances": [{"employee_id": "nobody"}]}, 404, ["instances[0].employee_id"]),
        ([], 422, ["body"]),
        ("text", 422, ["body"]),
        (None, 422, ["body"]),
    ],
)
def test_what_cannot_be_scored_is_named(predict, body, status, paths):
    got, problem = predict(json.dumps(body).encode())
    assert got == problem["status"] == status
    assert sorted(error["path"] for error in problem["errors"]) == paths
    assert all(error["message"] for error in problem["errors"])
    assert problem["title"]
    assert problem["type"].startswith("urn:stayline:problem:")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b'{"OverTime": Yes}',
        b'{"MonthlyIncome": NaN}',
        b'{"MonthlyIncome": -Infinity}',
        b'{"OverTime": "Yes", "OverTime": "No"}',
        b'{"OverTime": "\xff"}',
        b'{"OverTime": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a\\u0000": 1}',
        b'{"": 1}',
        b"[" * 15_000,
        b'{"a":' * 3_000,
        b'{"MonthlyIncome": ' + b"9" * 5_000 + b"}",
        b'{"' + b"n" * 201 + b'": 1}',
    ],
)
def test_a_body_that_is_no_good_json_is_a_400_that_says_why(predict, body):
    status, problem = predict(body)
    assert (status, problem["status"]) == (400, 400)
    assert len(problem["detail"]) > 10


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"OverTime,OverTime\nYes,No\n", 400),
        (b"OverTime,\nYes,1\n", 400),
        (b"OverTime,MonthlyIncome\nYes\n", 400),
        (b'OverTime\n"Yes\n', 400),
        (b"OverTime\n\xff\n", 400),
        (b"OverTime\n", 422),
        (b"OverTime\n" + b"Yes\n" * 21, 422),
        (b"OverTime\nPerhaps\n", 422),
        (b"OverTime\n\x00\n", 422),
    ],
)
def test_a_bad_csv_is_refused(predict, body, status):
    assert predict(body, "text/csv")[0] == status


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"],
)
def test_another_content_type_is_a_415_that_names_the_right_ones(predict, kind):
    status, problem = predict(b"{}", kind)
    assert status == 415
    assert "application/json" in problem["detail"]


def test_a_body_that_is_too_large_is_a_413_whether_it_says_so_or_not(client):
    def chunks():
        for _ in range(30):
            yield b" " * 1000

    for content in (b" " * 30_000, chunks()):
        answer = client.post("/v1/predict", content=content, headers=JSON)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_opted_out_person_is_a_403_and_is_scored_again_after_withdrawal(client, predict):
    client.put(f"/v1/employees/{PERSON}/opt-out")
    assert predict({"employee_id": PERSON})[0] == 403
    assert predict({"employee_id": PERSON} | FIELDS)[0] == 403
    client.delete(f"/v1/employees/{PERSON}/opt-out")
    assert predict({"employee_id": PERSON})[0] == 200


def test_an_empty_home_is_a_503_that_says_when_to_try_again(tmp_path):
    chosen = Settings(home=tmp_path)
    with LocalClient(create_app(build(chosen), chosen)) as client:
        answer = client.post("/v1/predict", json=FIELDS)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_no_hr_id_is_written_into_captures_or_the_audit_log(client, ports: Ports, home):
    hr_id = "2068"
    assert client.post("/v1/predict", json={"employee_id": hr_id}).status_code == 200
    client.post("/v1/predict", json={"employee_id": "70007", "OverTime": "No"})
    captured = b"".join(path.read_bytes() for path in (home / "capture").rglob("*.jsonl"))
    events = ports.audit.events(limit=2)
    assert [event.kind for event in events] == [
        AuditEventKind.EMPLOYEE_SCORED,
        AuditEventKind.SCORING_REFUSED,
    ]
    assert b'"2068"' not in captured
    assert all(len(event.subject) == 32 for event in events)
    assert "70007" not in str(events)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from([*FIELDS, "employee_id", "instances", "Education"]) | st.text()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.dictionaries(_NAMES, _VALUES, max_size=5) | _VALUES)
def test_no_json_value_whatever_gives_a_5xx(predict, body):
    status, answer = predict(json.dumps(body).encode())
    assert status in (200, 400, 404, 422)
    assert (status == 200) == ("risk" in answer)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/csv"]))
def test_no_bytes_whatever_give_a_5xx(predict, body, kind):
    assert predict(body, kind)[0] in (200, 400, 422)
