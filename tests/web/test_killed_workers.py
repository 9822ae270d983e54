"""Whatever was answered is in the capture, whenever a worker is killed."""

import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from served_home import Served, served
from stayline.bootstrap import build
from stayline.settings import Settings

KILLS = 12
ANSWERS_BETWEEN = 50
PATIENCE_S = 120
CLIENTS = 4
FIELDS = b'{"employee_id": "1", "OverTime": "Yes"}'


def test_every_answered_request_is_captured_whenever_a_worker_is_killed(home):
    began = datetime.now(UTC) - timedelta(hours=1)
    stop, answered = threading.Event(), [set() for _ in range(CLIENTS)]
    with served(home, workers_min=2, workers_max=2) as server:
        clients = [
            threading.Thread(target=_keep_asking, args=(server, stop, own)) for own in answered
        ]
        for client in clients:
            client.start()
        try:
            _kill_some(server, lambda: sum(map(len, answered)))
        finally:
            stop.set()
            for client in clients:
                client.join()
    told = set().union(*answered)
    ports = build(Settings(home=home))
    captured = [record.event_id for record in ports.capture.read(began, began + timedelta(hours=3))]
    audited = [
        event.details["prediction_id"]
        for event in ports.audit.events(subject=None)
        if "prediction_id" in event.details
    ]
    assert len(told) >= ANSWERS_BETWEEN * KILLS
    assert told <= set(captured)
    assert len(captured) == len(set(captured))
    assert told <= set(audited)
    assert len(audited) == len(set(audited))
    assert ports.audit.problems() == ports.capture.problems() == []


def _kill_some(server: Served, count: Callable[[], int]) -> None:
    """Kill a worker now and then, each time after some more answers came."""
    chance = random.Random(4)  # noqa: S311  (when, not what)
    deadline = time.monotonic() + PATIENCE_S
    for _ in range(KILLS):
        before = count()
        while count() < before + ANSWERS_BETWEEN and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.3))
        os.kill(chance.choice(server.workers()), signal.SIGKILL)


def _keep_asking(server: Served, stop: threading.Event, answered: set[str]) -> None:
    """Ask over one connection after another; note every whole answer that came."""
    head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    request = head + b"Content-Length: %d\r\n\r\n" % len(FIELDS) + FIELDS
    while not stop.is_set():
        try:
            with socket.create_connection(server.address, timeout=5) as connection:
                while not stop.is_set():
                    connection.sendall(request)
                    answered.add(_prediction_id(connection))
        except OSError:
            continue  # the worker at the other end was killed


def _prediction_id(connection: socket.socket) -> str:
    received = b""
    while True:
        head, found, body = received.partition(b"\r\n\r\n")
        if found:
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if len(body) >= length:
                assert head.startswith(b"HTTP/1.1 200"), body
                return str(json.loads(body)["prediction_id"])
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError
        received += part
