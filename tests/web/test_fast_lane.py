"""Short requests are answered past the framework, and nobody can tell but by the time."""

import json
import shutil
import signal
import socket
import time

import httpx
import pytest

from served_home import Served, served
from stayline.web.fast_lane import LONGEST_BODY

FIELDS = {"OverTime": "Yes", "MonthlyIncome": 5500}


@pytest.fixture(scope="module")
def server(ibm_home, tmp_path_factory):
    home = shutil.copytree(ibm_home, tmp_path_factory.mktemp("lane") / "home")
    with served(home, workers_max=1) as running:
        yield running


def test_a_short_and_a_long_request_get_the_same_answer(server):
    short = json.dumps(FIELDS).encode()
    long = short + b" " * LONGEST_BODY
    first, second = (_post(server, body) for body in (short, long))
    assert first.status_code == second.status_code == 200
    told, again = first.json(), second.json()
    for own in ("prediction_id", "scored_at"):
        assert told.pop(own) != again.pop(own)
    assert told == again
    assert _shape(first) == _shape(second)


@pytest.mark.parametrize(
    "body", [b"", b"{]", b"[]", b'{"MonthlyIncome": "much"}', b'{"employee_id": "nobody"}']
)
def test_a_refusal_is_the_same_both_ways(server, body):
    first, second = (_post(server, sent) for sent in (body, body + b" " * LONGEST_BODY))
    assert first.status_code == second.status_code >= 400
    assert first.json() == second.json()
    assert _shape(first) == _shape(second)


def test_requests_sent_all_at_once_are_answered_in_order(server):
    sent = _raw(b'{"OverTime": "Yes"}') + b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sent += _raw(b'{"OverTime": "No"}') + _raw(b"{")
    with _connected(server) as connection:
        connection.sendall(sent)
        answers = [_answer(connection) for _ in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 400]
    bodies = [json.loads(body) for _, body in answers]
    assert bodies[0]["risk"] > bodies[2]["risk"]
    assert bodies[1]["status"] == "ok"


def test_a_request_may_come_byte_by_byte(server):
    with _connected(server) as connection:
        for byte in _raw(json.dumps(FIELDS).encode()):
            connection.sendall(bytes([byte]))
        status, body = _answer(connection)
    assert status == 200
    assert 0 < json.loads(body)["risk"] < 1


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
        b"POST /v1/predict HTTP/1.0\r\nHost: localhost\r\n",
    ],
)
def test_the_connection_ends_when_the_client_wants_it(server, head):
    body = json.dumps(FIELDS).encode()
    with _connected(server) as connection:
        connection.sendall(
            head
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in received.lower()


def test_a_chunked_body_goes_the_long_way(server):
    answer = httpx.post(
        f"{server.url}/v1/predict",
        content=iter([b'{"Over', b'Time": "Yes"}']),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200


def test_a_client_that_waits_to_be_told_to_go_on_is_told(server):
    body = json.dumps(FIELDS).encode()
    head = _raw(body)[: -len(body)].replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    with _connected(server) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert _answer(connection)[0] == 200


def test_a_connection_is_told_of_the_end_with_its_last_answer(home):
    with served(home, workers_max=1) as server, _connected(server) as connection:
        connection.sendall(_raw(b"{}"))
        assert b"connection: close" not in connection.recv(65536).lower()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(_raw(b"{}"))
        assert b"connection: close" in connection.recv(65536).lower()
        assert server.process.wait(20) == 0


def _post(server: Served, body: bytes) -> httpx.Response:
    return httpx.post(
        f"{server.url}/v1/predict", content=body, headers={"Content-Type": "application/json"}
    )


def _shape(answer: httpx.Response) -> dict[str, str]:
    own = ("date", "content-length", "x-amzn-requestid")
    return {name: value for name, value in answer.headers.items() if name not in own}


def _raw(body: bytes) -> bytes:
    head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _connected(server: Served) -> socket.socket:
    return socket.create_connection(server.address, timeout=20)


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return int(head.split()[1]), body
