"""Short requests of one turn of the event loop are answered together, each to its own caller."""

import asyncio
import json
import shutil
import socket
import time
from collections.abc import Callable, Sequence

import pytest

from real_data import ibm_extract
from served_home import served
from stayline.web.calls import Answer, Call
from stayline.web.turns import Turn

PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"].head(12)]


MOST_TOGETHER = 16
_SETTLED = b"settled"


class _Counting:
    """A lane that notes how many calls come to it at once, and answers with their bodies."""

    together = MOST_TOGETHER

    def __init__(self, seconds: float = 0.0) -> None:
        self.sizes: list[int] = []
        self.told: list[bytes] = []
        self._seconds = seconds

    def takes(self, path: str) -> bool:
        return True

    def accepts(self, call: Call) -> bool:
        return True

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        self.sizes.append(len(calls))
        time.sleep(self._seconds)
        return [Answer(200, (), call.body) for call in calls]

    def settle(self) -> None:
        self.told.append(_SETTLED)


def _told(act: Callable[[Turn, list[bytes]], object], seconds: float = 0.01):
    lane, told = _Counting(), list[bytes]()

    async def turns() -> None:
        act(Turn(lane), told)
        await asyncio.sleep(seconds)

    asyncio.run(turns())
    return lane.sizes, told


def _add(turn: Turn, told: list[bytes], *bodies: bytes) -> None:
    for body in bodies:
        call = Call("POST", "/v1/predict", b"", (), body)
        turn.add(call, lambda answer: told.append(answer.body))


def test_calls_of_one_turn_are_answered_at_once_and_in_order():
    sizes, told = _told(lambda turn, told: _add(turn, told, b"1", b"2", b"3"))
    assert (sizes, told) == ([3], [b"1", b"2", b"3"])


def test_no_more_than_a_bounded_number_is_answered_at_once():
    bodies = [b"%d" % n for n in range(2 * MOST_TOGETHER + 1)]
    sizes, told = _told(lambda turn, told: _add(turn, told, *bodies))
    assert (sizes, told) == ([MOST_TOGETHER, MOST_TOGETHER, 1], bodies)


def test_whoever_comes_alone_is_answered_although_others_came_with_it_last_time():
    def act(turn: Turn, told: list[bytes]) -> None:
        _add(turn, told, b"1", b"2")
        turn.end()
        _add(turn, told, b"3")

    sizes, told = _told(act)
    assert (sizes, told) == ([2, 1], [b"1", b"2", b"3"])


def test_what_is_left_is_settled_once_the_answers_are_out():
    lane = _Counting()

    async def turn() -> None:
        turn = Turn(lane)
        _add(turn, lane.told, b"1", b"2")
        turn.end()
        assert lane.told == [b"1", b"2"]
        await asyncio.sleep(0)

    asyncio.run(turn())
    assert lane.told == [b"1", b"2", _SETTLED]


def test_who_comes_back_a_moment_later_is_still_answered_together():
    def act(turn: Turn, told: list[bytes]) -> None:
        _add(turn, told, b"1", b"2")
        turn.end()
        _add(turn, told, b"3")
        loop = asyncio.get_running_loop()
        loop.call_soon(_add, turn, told, b"4")

    sizes, _ = _told(act)
    assert sizes == [2, 2]


def test_the_longer_answers_take_the_longer_those_who_got_them_are_waited_for():
    def sizes_when_answering_takes(seconds: float) -> list[int]:
        lane = _Counting(seconds)

        async def turns() -> None:
            turn, told = Turn(lane), list[bytes]()
            _add(turn, told, b"1", b"2")
            turn.end()
            _add(turn, told, b"3")
            asyncio.get_running_loop().call_later(0.0004, _add, turn, told, b"4")
            await asyncio.sleep(0.05)

        asyncio.run(turns())
        return lane.sizes

    assert sizes_when_answering_takes(0.0) == [2, 1, 1]
    assert any(sizes_when_answering_takes(0.02) == [2, 2] for _ in range(20))  # a busy machine


@pytest.fixture(scope="module")
def server(ibm_home, tmp_path_factory):
    home = shutil.copytree(ibm_home, tmp_path_factory.mktemp("turn") / "home")
    with served(home, workers_max=1) as running:
        yield running


def test_callers_at_the_same_time_each_get_the_answer_of_their_own(server):
    connections = [socket.create_connection(server.address, timeout=20) for _ in PEOPLE]
    try:
        for _ in range(5):
            for connection, person in zip(connections, PEOPLE, strict=True):
                connection.sendall(_raw(json.dumps({"employee_id": person}).encode()))
            answers = [json.loads(_answer(connection)[1]) for connection in connections]
            assert [answer["employee_id"] for answer in answers] == PEOPLE
    finally:
        for connection in connections:
            connection.close()


def test_a_caller_that_closes_its_side_after_asking_is_answered(server):
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(_raw(b'{"OverTime": "Yes"}'))
        connection.shutdown(socket.SHUT_WR)
        assert _answer(connection)[0] == 200


def test_nonsense_behind_a_request_does_not_cost_its_answer(server):
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(_raw(b'{"OverTime": "Yes"}') + b"\x00\x01 nonsense\r\n\r\n")
        assert _answer(connection)[0] == 200
        assert _answer(connection)[0] == 400


def test_a_connection_that_rests_too_long_after_a_short_answer_is_closed(server):
    with socket.create_connection(server.address, timeout=20) as connection:
        for _ in range(2):
            time.sleep(1.5)
            connection.sendall(_raw(b'{"OverTime": "Yes"}'))
            assert _answer(connection)[0] == 200
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert 4 < time.monotonic() - began < 15


def test_a_caller_that_is_gone_costs_nobody_else_an_answer(server):
    with socket.create_connection(server.address, timeout=20) as staying:
        for _ in range(20):
            with socket.create_connection(server.address, timeout=20) as leaving:
                leaving.sendall(_raw(b'{"OverTime": "No"}'))
            staying.sendall(_raw(b'{"OverTime": "Yes"}'))
            assert _answer(staying)[0] == 200


def _raw(body: bytes) -> bytes:
    head = b"POST /v1/predict?reasons=false HTTP/1.1\r\nHost: localhost\r\n"
    kind = b"Content-Type: application/json\r\n"
    return head + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, "the connection ended without an answer"
        head += byte
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return int(head.split()[1]), body
