import io
import logging
import re
import signal
import sys

import httpx
import msgspec
import pytest

from real_data import ibm_extract
from served_home import served
from stayline.web.calls import Call
from stayline.web.logs import REQUEST_ID, JsonLines, json_logs
from stayline.web.short_calls import ShortCalls

PERSON = str(ibm_extract()["EmployeeNumber"][0])
MARKS = ("8675309", "Marked-Words", "Ottilie")


@pytest.fixture
def lines():
    """Return a function that tells what our loggers wrote so far, with everything switched on."""
    written = io.StringIO()
    handler, logger = logging.StreamHandler(written), logging.getLogger("stayline")
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lambda: [msgspec.json.decode(line) for line in written.getvalue().splitlines()]
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


def record_of(name="stayline.x", message="said %s", *words, exc_info=None):
    return logging.LogRecord(name, logging.ERROR, "", 1, message, words, exc_info)


def test_a_line_is_one_json_object_with_time_level_logger_message_and_request_id():
    token = REQUEST_ID.set("call-17")
    try:
        line = JsonLines().format(record_of("stayline.x", "said %s", "two\nlines"))
    finally:
        REQUEST_ID.reset(token)
    told = msgspec.json.decode(line)
    assert "\n" not in line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", told["ts"])
    assert (told["level"], told["logger"], told["request_id"]) == (
        "ERROR", "stayline.x", "call-17",
    )  # fmt: skip
    assert told["message"] == "said two\nlines"


def test_of_an_exception_the_kind_and_place_are_told_but_not_its_words():
    try:
        raise ValueError(MARKS[1])
    except ValueError:
        line = JsonLines().format(record_of("uvicorn.error", "It failed\n%s", MARKS[0],
                                            exc_info=sys.exc_info()))  # fmt: skip
    told = msgspec.json.decode(line)
    assert (told["exception"], told["message"]) == ("ValueError", "It failed")
    assert "test_logs.py" in told["place"]
    assert not any(mark in line for mark in MARKS)


def test_json_lines_go_to_the_error_stream_until_they_end(capsys):
    with json_logs("WARNING"):
        logging.getLogger("stayline.x").error("inside")
        logging.getLogger("stayline.x").info("too quiet")
    logging.getLogger("stayline.x").info("outside")
    (line,) = capsys.readouterr().err.splitlines()
    assert msgspec.json.decode(line)["message"] == "inside"


def test_an_answer_is_logged_by_its_route_with_status_time_variant_and_source(client, lines):
    client.get(f"/v1/employees/{PERSON}")
    client.post("/v1/predict", json={"employee_id": PERSON})
    client.post("/v1/predict", json={"OverTime": 8})
    viewed, scored, refused = (line for line in lines() if line["logger"].endswith("access"))
    assert (viewed["route"], viewed["status"]) == ("/v1/employees/{employee_id}", 200)
    assert (scored["route"], scored["status"]) == ("/v1/predict", 200)
    assert (scored["variant"], scored["source"]) == ("version-1", "live")
    assert 0 < scored["duration_ms"] < 10_000
    assert (refused["status"], refused["source"]) == (422, "none")
    assert {line["level"] for line in (viewed, scored, refused)} == {"INFO"}


@pytest.mark.parametrize("header", ["X-Request-Id", "X-Amzn-RequestId"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/health", 200),
        ("GET", "/nowhere", 404),
        ("PATCH", "/v1/health", 405),
        ("POST", "/v1/predict", 415),
        ("GET", "/openapi.json", 200),
        ("GET", "/openapi.json/foo", 404),
        ("PUT", "/v1/employees/nobody/opt-out", 404),
    ],
)
def test_every_answer_tells_the_id_that_the_caller_gave(client, header, method, path, status):
    answer = client.request(method, path, headers={header: "call-17"})
    assert answer.status_code == status
    assert answer.headers["x-amzn-requestid"] == "call-17"


@pytest.mark.parametrize("given", ["a b", "x" * 65, '{"a":1}', "", "Ottilie@example.org"])
def test_an_id_that_is_not_sane_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-amzn-requestid"])


def test_two_requests_without_an_id_get_two(client):
    ids = {client.get("/healthz").headers["x-amzn-requestid"] for _ in range(2)}
    assert len(ids) == 2


def test_a_failure_is_logged_with_the_id_that_its_answer_tells(client, lines, home):
    (home / "capture").write_text("in the way")
    answer = client.post("/v1/predict", json={"employee_id": PERSON})
    named = answer.headers["x-amzn-requestid"]
    errors = [line for line in lines() if line["level"] == "ERROR"]
    assert {line["logger"] for line in errors} == {"stayline.web.errors", "stayline.web.access"}
    assert {line["request_id"] for line in errors} == {named}


def test_the_fast_lane_tells_and_logs_the_same_and_forgets_the_id_afterwards(client, lines):
    lane = ShortCalls(client.app.state.gateway)
    headers = [(b"content-type", b"application/json"), (b"x-request-id", b"call-17")]
    for body, status in [(b'{"OverTime":"Yes"}', 200), (b'{"OverTime":8}', 422)]:
        (answer,) = lane.answers([Call("POST", "/v1/predict", b"", headers, body, "127.0.0.1")])
        assert answer.status == status
        assert (b"x-amzn-requestid", b"call-17") in answer.headers
    told = [line for line in lines() if line["logger"].endswith("access")]
    assert [(line["status"], line["request_id"]) for line in told] == [
        (200, "call-17"), (422, "call-17"),
    ]  # fmt: skip
    assert REQUEST_ID.get() is None


def test_nothing_of_a_person_is_ever_logged(client, lines, home):
    number, words, name = MARKS
    marked = {"employee_id": number, "MonthlyIncome": number, "JobRole": words, name: words}
    decision = {"action": words, "reason": f"{name} {words} {number} said so to her manager."}
    (home / "capture").write_text("in the way")
    asked = [
        client.post("/v1/predict", json={"employee_id": PERSON}),
        client.get(f"/v1/employees/{PERSON}"),
    ]
    (home / "capture").unlink()
    asked += [
        client.post("/v1/predict", json=marked),
        client.post("/v1/predict", json={"instances": [marked, {"OverTime": words}]}),
        client.post("/v1/predict", json={"MonthlyIncome": 8675309, "OverTime": "Yes"}),
        client.post("/v1/predict", content=f"{name}\n{words}\n".encode()),
        client.post(
            "/v1/predict", content=f"{{{words}".encode(), headers={"X-Request-Id": f"{name}?"}
        ),
        client.get(f"/v1/employees/{number}"),
        client.get(f"/{words}/{number}?name={name}"),
        client.post(f"/v1/employees/{number}/decisions", json=decision),
        client.put(f"/v1/employees/{number}/opt-out"),
    ]
    assert {200, 404, 415, 422, 503} <= {answer.status_code for answer in asked}
    told = [line for line in lines() if line["logger"].endswith("access")]
    assert len(told) == len(asked)
    text = str(lines())
    assert not any(mark in text for mark in MARKS)
    assert f"/{PERSON}" not in text


def test_a_served_failure_is_one_json_object_a_line_without_the_person(home):
    (home / "capture").write_text("in the way")
    with served(home) as server:
        answer = httpx.post(f"{server.url}/v1/predict", json={"employee_id": PERSON}, timeout=20)
        assert answer.status_code == 503
        server.process.terminate()
        _, complained = server.process.communicate(timeout=30)
    told = [msgspec.json.decode(line) for line in complained.splitlines()]
    assert {line["request_id"] for line in told} == {answer.headers["x-amzn-requestid"]}
    assert any(line.get("route") == "/v1/predict" for line in told)
    assert f'"{PERSON}"' not in complained


@pytest.mark.parametrize(("level", "told"), [("INFO", ["/v1/predict"]), ("WARNING", [])])
def test_a_line_for_each_request_is_there_for_the_asking(home, level, told):
    with served(home, workers_max=1, log_level=level) as server:
        answer = httpx.post(f"{server.url}/v1/predict", json={"employee_id": PERSON})
        assert answer.status_code == 200
        server.process.send_signal(signal.SIGTERM)
        _, written = server.process.communicate(timeout=30)
    lines = [msgspec.json.decode(line) for line in written.splitlines()]
    routes = [line for line in lines if "route" in line]
    assert [line["route"] for line in routes] == told
    for line in routes:
        assert line["request_id"] == answer.headers["x-amzn-requestid"]
        assert (line["status"], line["source"]) == (200, "live")
    assert PERSON not in [str(value) for line in lines for value in line.values()]
