"""Real worker processes: replaced when they die, more of them under load, none left behind."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from served_home import Served, served
from stayline.web.lifeline import BEATS_LATE_S, BUSY_EVERY_S, Lifeline
from stayline.web.scaling import FALL_AFTER_S, RISE_AFTER_S, Scaling


def test_a_killed_worker_is_replaced_while_the_others_answer(home):
    with served(home, workers_min=2, workers_max=2) as server:
        _until(lambda: len(server.workers()) == 2)
        killed = server.workers()[0]
        os.kill(killed, signal.SIGKILL)
        _until(lambda: len(server.workers()) == 2 and killed not in server.workers())
        assert _ask(server) == 200


def test_a_worker_that_stands_still_is_killed_and_replaced(home):
    with served(home, workers_min=1, workers_max=1) as server:
        (stuck,) = server.workers()
        os.kill(stuck, signal.SIGSTOP)
        _until(lambda: server.workers() not in ([stuck], []))
        assert not _runs(stuck)
        assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
        server.process.terminate()
        _, told = server.process.communicate(timeout=30)
        assert "A worker was stuck for 15 s; it is replaced." in told


def test_a_stuck_event_loop_tells_nothing_though_its_process_goes_on():
    told, state = os.pipe()
    os.set_blocking(told, False)
    lifeline = Lifeline(socket.socket(), state)
    lifeline.tell_ready()
    lifeline.beat()
    _until(lambda: os.read(told, 1000).startswith(b"ready"))
    time.sleep(BEATS_LATE_S + 2 * BUSY_EVERY_S)
    os.read(told, 1000)
    time.sleep(3 * BUSY_EVERY_S)
    with pytest.raises(BlockingIOError):
        os.read(told, 1000)
    lifeline.beat()
    time.sleep(2 * BUSY_EVERY_S)
    assert float(os.read(told, 1000).split()[0]) >= 0
    lifeline.listening.close()
    os.close(told)


def test_load_brings_a_second_worker(home):
    with served(home, workers_min=1, workers_max=2, requests_per_minute=0) as server:
        _until(lambda: len(server.workers()) == 1)
        stop = threading.Event()
        clients = [threading.Thread(target=_keep_asking, args=(server, stop)) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            _until(lambda: len(server.workers()) == 2)
        finally:
            stop.set()
            for client in clients:
                client.join()


def test_no_worker_outlives_a_killed_supervisor(home):
    with served(home, workers_min=2, workers_max=2) as server:
        _until(lambda: len(server.workers()) == 2)
        workers = server.workers()
        server.process.kill()
        server.process.communicate(timeout=20)
        _until(lambda: not any(_runs(pid) for pid in workers))


def test_a_server_that_cannot_start_says_why_and_ends(home):
    (home / "secrets" / "token-key").write_text("short")
    with pytest.raises(AssertionError, match="secret of at least 32 bytes"), served(home):
        pass


def test_a_lull_takes_a_worker_away_only_after_a_while():
    scaling = Scaling(least=1, most=3)
    assert scaling.wanted([0.1, 0.1], 0.0) == 2
    assert scaling.wanted([0.9, 0.9], 1.0) == 2
    assert scaling.wanted([0.1, 0.1], 2.0) == 2
    assert scaling.wanted([0.1, 0.1], 2.0 + FALL_AFTER_S) == 1


def test_nothing_changes_between_busy_and_idle_nor_past_the_bounds():
    scaling = Scaling(least=1, most=2)
    assert [scaling.wanted([0.5, 0.5], now) for now in range(100)] == [2] * 100
    assert [scaling.wanted([1.0, 1.0], now) for now in range(100, 200)] == [2] * 100
    assert scaling.wanted([0.0], 1000.0) == 1


def test_one_that_is_taken_away_is_not_missed():
    scaling = Scaling(least=1, most=2)
    times = [RISE_AFTER_S * step for step in range(40)]
    assert {scaling.wanted([0.45, 0.45], now) for now in times} == {2}


def _ask(server: Served) -> int:
    return httpx.post(f"{server.url}/v1/predict", json={"OverTime": "Yes"}).status_code


def _keep_asking(server: Served, stop: threading.Event) -> None:
    """Send many requests at a time, so that asking costs much less than answering."""
    body = b'{"OverTime": "Yes"}'
    head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    burst = (head + b"Content-Length: %d\r\n\r\n" % len(body) + body) * 50
    with socket.create_connection(server.address, timeout=20) as connection:
        while not stop.is_set():
            connection.sendall(burst)
            answered = 0
            while answered < 50:
                answered += connection.recv(1 << 20).count(b"HTTP/1.1 200")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as state:  # noqa: PTH123  (no file of ours)
        return state.read().rsplit(")", 1)[1].split()[0] != "Z"


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)
