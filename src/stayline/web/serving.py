"""Answer requests on a socket in this process until somebody stops it."""

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from litestar.types import ASGIApp

from stayline.web.fast_lane import FastLane, fast_lane
from stayline.web.security_headers import HTTPS_ONLY, SECURITY_HEADERS
from stayline.web.turns import Lane, NoLane

LONGEST_READ_S = 60.0
_PATIENCE_S = 10
_FAREWELL_S = 1.0
"""How long connections are told of the end with their next answer, before they are closed."""
_TICKS_A_SECOND = 10
_TURN_S = 0.0005
"""How long a computing thread may keep the reading of requests waiting; Python's own is 5 ms."""


def serve(
    app: ASGIApp,
    listening: socket.socket,
    *,
    on_ready: Callable[[], None],
    lane: Lane | None = None,
    tls: ssl.SSLContext | None = None,
    on_beat: Callable[[], None] = lambda: None,
    longest_read_s: float = LONGEST_READ_S,
) -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish those under way and return.

    ``on_ready`` is called once requests are answered; short ones by ``lane``, where it takes them.
    ``on_beat`` is called ten times a second while the event loop goes round.

    With ``tls`` they come encrypted only. A request that takes longer than ``longest_read_s`` to
    come in ends its connection.
    """
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        headers=list(SECURITY_HEADERS if tls is None else (*SECURITY_HEADERS, HTTPS_ONLY)),
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    server = _Server(config, on_ready, on_beat, longest_read_s)
    config.http = fast_lane(lane or NoLane(), lambda: server.is_draining)
    sys.setswitchinterval(_TURN_S)
    before = signal.signal(signal.SIGTERM, _already_stopped)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
        listening.close()


class _Server(uvicorn.Server):
    """Says when it is ready, waits for no request forever, and takes leave before it ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[], None],
        on_beat: Callable[[], None],
        longest_read_s: float,
    ) -> None:
        super().__init__(config)
        self.is_draining = False
        self._on_ready = on_ready
        self._on_beat = on_beat
        self._longest_read_s = longest_read_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        self._on_beat()
        if counter % _TICKS_A_SECOND == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, FastLane):
                    connection.end_if_overdue(longest_s=self._longest_read_s)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.is_draining = True
        for listening in self.servers:
            listening.close()
        waited = 0.0
        while self.server_state.connections and waited < _FAREWELL_S and not self.force_exit:
            await asyncio.sleep(0.05)
            waited += 0.05
        await super().shutdown(sockets)


def _already_stopped(_signal: int, _frame: FrameType | None) -> None:
    """Take the signal that uvicorn raises again once it has shut down in good order."""
