"""Short requests answered where they are parsed, past the layers of the framework.

A framework's routing, dependency injection and tasks cost several times what a score costs. A whole
short request therefore goes to a `Lane` first; whatever that does not take, and everything long,
unusual or pipelined, goes the framework's way, which has a handler for the same addresses.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from stayline.web.calls import Answer, Call

LONGEST_BODY = 16 * 1024
LONGEST_HEAD = 64 * 1024


class Lane(Protocol):
    """Answers short requests at once; neither method may raise or wait."""

    def takes(self, path: str) -> bool:
        """Whether short requests to this address may be answered here."""
        ...

    def answer(self, call: Call) -> Answer | None:
        """Return the answer, or None for what the framework should see to."""
        ...


class FastLane(HttpToolsProtocol):
    """uvicorn's protocol with a shortcut for short POST requests; one object a connection."""

    def __init__(self, *, lane: Lane, is_draining: Callable[[], bool], **given: Any) -> None:
        super().__init__(**given)
        self._lane = lane
        self._is_draining = is_draining
        self._short: bytearray | None = None
        self._head = 0
        self._is_shut_down = False

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
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
        if self._short is None:
            super().on_message_complete()
            return
        body, self._short = bytes(self._short), None
        path, _, query = self.url.partition(b"?")
        client = self.client[0] if self.client else None
        answer = self._lane.answer(
            Call("POST", path.decode("ascii"), query, self.headers, body, client)
        )
        if answer is not None:
            self._write(answer)
            return
        self._go_on()
        if body:
            super().on_body(body)
        super().on_message_complete()

    def shutdown(self) -> None:
        """Close, but not in the middle of a request."""
        self._is_shut_down = True
        if self._short is None:
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

    def _write(self, answer: Answer) -> None:
        keeps = (
            self.parser.should_keep_alive() and not self._is_draining() and not self._is_shut_down
        )
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

    def connection(**given: Any) -> FastLane:
        return FastLane(lane=lane, is_draining=is_draining, **given)

    return cast("type[HttpToolsProtocol]", connection)
