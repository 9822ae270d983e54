"""Short requests answered where they are parsed, past the layers of the framework.

A framework's routing, dependency injection and tasks cost several times what a score costs. A whole
short request therefore goes to a `Lane` first; whatever that does not take, and everything long,
unusual or pipelined, goes the framework's way, which has a handler for the same addresses.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from stayline.web.calls import Answer, Call, Headers
from stayline.web.security_headers import SECURITY_HEADERS, is_page
from stayline.web.turns import Lane, Turn

_log = logging.getLogger(__name__)
LONGEST_BODY = 16 * 1024
LONGEST_HEAD = 64 * 1024
_NOT_FOR_PAGES = frozenset(name.encode() for name, _ in SECURITY_HEADERS)


class FastLane(HttpToolsProtocol):
    """uvicorn's protocol with a shortcut for short POST requests; one object a connection."""

    def __init__(
        self,
        *,
        lane: Lane,
        turn: Turn,
        common: "_CommonHeaders",
        is_draining: Callable[[], bool],
        **given: Any,
    ) -> None:
        super().__init__(**given)
        self._common = common
        self._lane = lane
        self._turn = turn
        self._is_draining = is_draining
        self._short: bytearray | None = None
        self._waits = False
        self._keeps = True
        self._head = 0
        self._reading_since: float | None = None
        self._idle_since: float | None = None
        self._earlier: RequestResponseCycle | None = None
        self._is_shut_down = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._reading_since = monotonic()

    def end_if_overdue(self, *, longest_s: float) -> None:
        """End a connection that is idle, or whose request has been on its way for longer than that.

        Idle is who asked nothing more for `timeout_keep_alive` after a short answer; after others
        uvicorn has a timer, which costs more than it takes to write a short one.
        """
        if self._idle_since is not None:
            if monotonic() - self._idle_since > self.timeout_keep_alive:
                self.transport.close()
            return
        if self._reading_since is None:
            return
        is_answering = self._earlier is not None and not self._earlier.response_complete
        if self.flow.read_paused or is_answering:
            self._reading_since = monotonic()  # it is we who keep it waiting
        elif monotonic() - self._reading_since > longest_s:
            _log.warning(
                "A request was not whole after %.0f s; its connection is ended.", longest_s
            )
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request; one before it on this connection is answered first."""
        if self._waits:
            self._turn.end()
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._idle_since = None
        self._reading_since = monotonic()
        self._earlier = self.cycle
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
        """Hand over a request so far, with the scope that a short one does without."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()
        if is_page(self.url.partition(b"?")[0].decode("latin-1")):  # its answer has its own
            self.cycle.default_headers = [
                header for header in self.cycle.default_headers if header[0] not in _NOT_FOR_PAGES
            ]
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

    def _tell(self, answer: Answer | None) -> None:
        """Write the answer, unless nobody is there any more."""
        self._waits = False
        if answer is None:
            self.transport.abort()
        elif not self.transport.is_closing():
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        keeps = self._keeps and not self._is_draining() and not self._is_shut_down
        parts = [STATUS_LINE[answer.status], self._common.lines(self.server_state.default_headers)]
        for name, value in answer.headers:
            parts += (name, b": ", value, b"\r\n")
        if answer.status != HTTPStatus.NO_CONTENT:
            parts.append(b"content-length: %d\r\n" % len(answer.body))
        parts.append(b"\r\n" if keeps else b"connection: close\r\n\r\n")
        parts.append(answer.body)
        self.transport.write(b"".join(parts))
        self.server_state.total_requests += 1
        self._idle_since = monotonic()
        if not keeps:
            self.transport.close()


class _CommonHeaders:
    """The headers of every answer as they are sent, made once for as long as they stay the same."""

    def __init__(self) -> None:
        self._headers: Headers = ()
        self._lines = b""

    def lines(self, headers: Headers) -> bytes:
        """Return them as lines; uvicorn puts a new list in place every second, for the date."""
        if headers is not self._headers:
            self._headers = headers
            self._lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        return self._lines


def fast_lane(lane: Lane, is_draining: Callable[[], bool]) -> type[HttpToolsProtocol]:
    """Return what uvicorn takes for a protocol class, with the lane in it."""
    turn, common = Turn(lane), _CommonHeaders()

    def connection(**given: Any) -> FastLane:
        return FastLane(lane=lane, turn=turn, common=common, is_draining=is_draining, **given)

    return cast("type[HttpToolsProtocol]", connection)
