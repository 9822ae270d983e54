"""A closed-loop load generator that is never the slowest part; standard library only.

Run as a program it reads a `Task` as JSON and writes a `Measured` as JSON. One thread waits for all
connections with epoll, sends ready-made bytes, and reads of an answer only where it ends.
"""

import gc
import json
import os
import re
import select
import socket
import sys
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter_ns

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
BLANK = b"\r\n\r\n"
KEPT_ANSWERS = 32
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Task:
    """What to send where, how long, over how many connections, from which core."""

    port: int
    requests: Sequence[str]
    """The bytes of each request as Latin-1 text; taken in turn."""
    connections: int
    warm_up_s: float
    seconds: float
    core: int


@dataclass(frozen=True)
class Measured:
    """What came of it. Answers that were not 200 end the run, so there are none in here."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    answers: dict[int, str] = field(default_factory=dict)
    """The first answers' bodies by the request's number."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class AnswerRefused(Exception):
    """A server answered something other than 200, or closed the connection."""


class Connection:
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("buffer", "number", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(None)  # a time limit would cost a call of the system each time
        self.buffer = b""
        self.number = 0
        self.sent_at = 0

    def send(self, number: int, message: bytes) -> None:
        """Send one request."""
        self.number = number
        self.sent_at = perf_counter_ns()
        self.socket.sendall(message)

    def receive(self) -> bytes | None:
        """Return the answer's body once it is whole; None before that."""
        came = self.socket.recv(1 << 18)
        if not came:
            raise AnswerRefused("the server closed the connection")
        self.buffer = self.buffer + came if self.buffer else came
        head_end = self.buffer.find(BLANK)
        if head_end < 0:
            return None
        body = _body(self.buffer, head_end)
        if body is None:
            return None
        if self.buffer[9:12] != b"200":
            raise AnswerRefused(f"{self.buffer[:12]!r} {body[:300]!r}")
        self.buffer = b""
        return body


def ask(port: int, message: bytes) -> bytes:
    """Return the body of one answer over a connection of its own."""
    connection = Connection(port)
    try:
        connection.send(0, message)
        while True:
            body = connection.receive()
            if body is not None:
                return body
    finally:
        connection.socket.close()


def measure(task: Task) -> Measured:
    """Warm up, then measure; every request's time is from before its sending to its last byte."""
    messages = [text.encode("latin-1") for text in task.requests]
    connections = [Connection(task.port) for _ in range(task.connections)]
    try:
        _drive(connections, messages, task.warm_up_s)
        gc.disable()
        started = perf_counter_ns()
        taken, answers = _drive(connections, messages, task.seconds)
        seconds = (perf_counter_ns() - started) / 1e9
    finally:
        gc.enable()
        for connection in connections:
            connection.socket.close()
    ordered = sorted(taken)
    p50, p95, p99 = (ordered[int(q * (len(ordered) - 1))] / 1e6 for q in (0.5, 0.95, 0.99))
    told = {number: body.decode("latin-1") for number, body in answers.items()}
    return Measured(len(ordered), seconds, p50, p95, p99, told)


def _drive(
    connections: Sequence[Connection], messages: Sequence[bytes], seconds: float
) -> tuple["array[int]", dict[int, bytes]]:
    taken: array[int] = array("q")
    answers: dict[int, bytes] = {}
    count, number, open_ones = len(messages), 0, len(connections)
    by_file = {connection.socket.fileno(): connection for connection in connections}
    until = perf_counter_ns() + int(seconds * 1e9)
    with select.epoll() as poll:
        for file in by_file:
            poll.register(file, select.EPOLLIN)
        for connection in connections:
            connection.send(number % count, messages[number % count])
            number += 1
        while open_ones:
            ready = poll.poll(PATIENCE_S)
            if not ready:
                raise AnswerRefused(f"no answer within {PATIENCE_S:.0f} s")
            for file, _ in ready:
                connection = by_file[file]
                body = connection.receive()
                if body is None:
                    continue
                now = perf_counter_ns()
                taken.append(now - connection.sent_at)
                if len(answers) < KEPT_ANSWERS:
                    answers[connection.number] = body
                if now >= until:
                    open_ones -= 1
                    continue
                connection.send(number % count, messages[number % count])
                number += 1
    return taken, answers


def _body(buffer: bytes, head_end: int) -> bytes | None:
    told = LENGTH.search(buffer, 0, head_end)
    start = head_end + len(BLANK)
    if told:
        end = start + int(told[1])
        return buffer[start:end] if len(buffer) >= end else None
    if CHUNKED.search(buffer, 0, head_end):
        return _joined(buffer[start:]) if buffer.endswith(b"0" + BLANK) else None
    raise AnswerRefused("an answer without a length")


def _joined(chunked: bytes) -> bytes:
    body = b""
    while True:
        size, _, rest = chunked.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return body
        body, chunked = body + rest[:length], rest[length + 2 :]


def main() -> None:
    """Do the task on standard input."""
    task = Task(**json.load(sys.stdin))
    os.sched_setaffinity(0, {task.core})
    json.dump(asdict(measure(task)), sys.stdout)


if __name__ == "__main__":
    main()
