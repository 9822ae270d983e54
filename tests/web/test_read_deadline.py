"""A request that never comes in whole does not hold its connection forever."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest

PROGRAM = """
import socket, time
from stayline.web.calls import Answer
from stayline.web.plain_app import PlainApp
from stayline.web.serving import serve
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
def answer(call):
    if call.path == "/slow":
        time.sleep(3)
    return Answer(200, (), call.body)
app = PlainApp(answer, 10_000_000)
serve(app, listening, on_ready=lambda: print("ready", flush=True), longest_read_s=0.5)
"""


@pytest.fixture(scope="module")
def address():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port = int(process.stdout.readline())
            assert process.stdout.readline() == "ready\n"
            yield "127.0.0.1", port
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


@pytest.mark.parametrize(
    "begun", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_half_a_request_ends_its_connection(address, begun):
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(begun)
        began = time.monotonic()
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
        assert 0.4 < time.monotonic() - began < 5


def test_a_connection_that_was_answered_may_rest(address):
    with closing(HTTPConnection(*address, timeout=10)) as connection:
        connection.connect()
        first = connection.sock
        for _ in range(2):
            connection.request("POST", "/", b"hi")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"hi")
            assert connection.sock is first  # else it had been closed and opened anew
            time.sleep(1.8)


def test_a_request_behind_a_slow_one_does_not_cost_the_slow_one_its_answer(address):
    head = b"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
    behind = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n"
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(head + behind + b"x" * 1000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_slow_answer_is_not_cut_off_by_the_time_that_a_resting_connection_has(address):
    quick = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
    slow = b"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(quick + slow)
        received = b""
        while received.count(b"HTTP/1.1 200") < 2:
            part = connection.recv(1000)
            assert part
            received += part
