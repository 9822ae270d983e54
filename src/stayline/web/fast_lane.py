"""Short requests answered where they are parsed, past the layers of the framework.

A framework's routing, dependency injection and tasks cost several times what a score costs. A whole
short request therefore goes to a `Lane` first; whatever that does not take, and everything long,
unusual or pipelined, goes the framework's way, which has a handler for the same addresses.
"""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from time import monotonic
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from stayline.web.calls import Answer, Call

LONGEST_BODY = 16 * 1024
LONGEST_HEAD = 64 * 1024
LONGEST_WAIT_S = 0.0001
MOST_TOGETHER = 16
"""How many calls are answered at once at most; the first of them waits for the last."""


class Lane(Protocol):
    """Answers short requests at once; no method may raise or wait."""

    def takes(self, path: str) -> bool:
        """Whether short requests to this address may be answered here."""
        ...

    def accepts(self, call: Call) -> bool:
        """Whether this one is, and not left to the framework."""
        ...

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers to accepted calls, in their order."""
        ...


class NoLane:
    """Leaves every request to the framework."""

    def takes(self, _: str) -> bool:
        """Whether short requests are answered here: none is."""
        return False

    def accepts(self, _: Call) -> bool:
        """Whether this one is."""
        return False

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return nothing, since nothing is accepted."""
        return []


class Turn:
    """Collects the short requests that one turn of the event loop reads, to answer them together.

    What each call would cost alone, such as a read of a table or a write to a file, they share.
    Callers that were answered together mostly come back together: until as many are here as last
    time the others wait for them, but never longer than `LONGEST_WAIT_S`.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: list[tuple[Call, Callable[[Answer], None]]] = []
        self._last_time = 1
        self._until = 0.0

    def add(self, call: Call, tell: Callable[[Answer], None]) -> None:
        """Answer the call at the end of this turn; ``tell`` is handed the answer."""
        if not self._waiting:
            self._until = monotonic() + LONGEST_WAIT_S
            asyncio.get_running_loop().call_soon(self._look)
        self._waiting.append((call, tell))
        if len(self._waiting) >= MOST_TOGETHER:
            self.end()

    def end(self) -> None:
        """Answer all that wait now."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._last_time = len(waiting)
        answers = self._lane.answers([call for call, _ in waiting])
        for (_, tell), answer in zip(waiting, answers, strict=True):
            tell(answer)

    def _look(self) -> None:
        if len(self._waiting) < self._last_time and monotonic() < self._until:
            asyncio.get_running_loop().call_soon(self._look)
        else:
            self.end()


class FastLane(HttpToolsProtocol):
    """uvicorn's protocol with a shortcut for short POST requests; one object a connection."""

    def __init__(
        self, *, lane: Lane, turn: Turn, is_draining: Callable[[], bool], **given: Any
    ) -> None:
        super().__init__(**given)
        self._lane = lane
        self._turn = turn
        self._is_draining = is_draining
        self._short: bytearray | None = None
        self._waits = False
        self._keeps = True
        self._head = 0
        self._reading_since: float | None = None
        self._is_shut_down = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._reading_since = monotonic()

    def end_if_overdue(self, *, longest_s: float) -> None:
        """End a connection whose request has been on its way for longer than that."""
        if self._reading_since is not None and monotonic() - self._reading_since > longest_s:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request; one before it on this connection is answered first."""
        if self._waits:
            self._turn.end()
        super().on_message_begin()
        self._reading_since = monotonic()
        self._head = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or refuse the request when its head is longer than any head should be."""
        self._head += len(name) + len(value)
        if self._head > LONGEST_HEAD:
            raise ValueError("the head of the request is too long")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Keep a short request here until it is whole."""
        self._short = bytearray() if self._may_be_short() else None
        if self._short is None:
            self._go_on()

    def on_body(self, body: bytes) -> None:
        """Collect the body of a short request."""
        if self._short is None:
            super().on_body(body)
        else:
            self._short += body

    def on_message_complete(self) -> None:
        """Answer a short request, or hand it over as a whole."""
        self._reading_since = None
        if self._short is None:
            super().on_message_complete()
            return
        body, self._short = bytes(self._short), None
        path, _, query = self.url.partition(b"?")
        client = self.client[0] if self.client else None
        call = Call("POST", path.decode("ascii"), query, self.headers, body, client)
        if self._lane.accepts(call):
            self._waits, self._keeps = True, self.parser.should_keep_alive()
            self._turn.add(call, self._tell)
            return
        self._go_on()
        if body:
            super().on_body(body)
        super().on_message_complete()

    def eof_received(self) -> None:
        """Answer who has said all it wanted, before the connection closes."""
        if self._waits:
            self._turn.end()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, after what was asked before it is answered."""
        if self._waits:
            self._turn.end()
        super().send_400_response(msg)

    def shutdown(self) -> None:
        """Close, but not in the middle of a request."""
        self._is_shut_down = True
        if self._short is None and not self._waits:
            super().shutdown()

    def _go_on(self) -> None:
        super().on_headers_complete()
        if self._is_draining():
            self.cycle.keep_alive = False

    def _may_be_short(self) -> bool:
        is_idle = self.cycle is None or self.cycle.response_complete
        if self.parser.get_method() != b"POST" or not is_idle or self.expect_100_continue:
            return False
        if self.pipeline or self.flow.write_paused or self.parser.should_upgrade():
            return False
        path = self.url.partition(b"?")[0]
        if not path.isascii() or not self._lane.takes(path.decode("ascii")):
            return False
        length: int | None = None
        for name, value in self.headers:
            if name == b"transfer-encoding":
                return False
            if name == b"content-length":
                length = int(value)
        return length is not None and length <= LONGEST_BODY

    def _tell(self, answer: Answer) -> None:
        """Write the answer, unless nobody is there any more."""
        self._waits = False
        if self.transport.is_closing():
            return
        keeps = self._keeps and not self._is_draining() and not self._is_shut_down
        parts = [STATUS_LINE[answer.status]]
        for name, value in (*self.server_state.default_headers, *answer.headers):
            parts += (name, b": ", value, b"\r\n")
        if answer.status != HTTPStatus.NO_CONTENT:
            parts.append(b"content-length: %d\r\n" % len(answer.body))
        parts.append(b"\r\n" if keeps else b"connection: close\r\n\r\n")
        parts.append(answer.body)
        self.transport.write(b"".join(parts))
        if not keeps:
            self.transport.close()
        self.on_response_complete()


def fast_lane(lane: Lane, is_draining: Callable[[], bool]) -> type[HttpToolsProtocol]:
    """Return what uvicorn takes for a protocol class, with the lane in it."""
    turn = Turn(lane)

    def connection(**given: Any) -> FastLane:
        return FastLane(lane=lane, turn=turn, is_draining=is_draining, **given)

    return cast("type[HttpToolsProtocol]", connection)
