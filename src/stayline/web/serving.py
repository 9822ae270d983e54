"""Serve the API on a socket until somebody stops it."""

import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from litestar import Litestar

from stayline.errors import SettingRefused
from stayline.settings import Settings

_PATIENCE_S = 10
_TURN_S = 0.0005
"""How long a computing thread may keep the reading of requests waiting; Python's own is 5 ms."""


def serve(app: Litestar, settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish those under way and return.

    ``on_ready`` is told the address once requests are answered there. Raises `SettingRefused` when
    the address cannot be used.
    """
    listener = _listener(settings)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    sys.setswitchinterval(_TURN_S)
    before = signal.signal(signal.SIGTERM, _already_stopped)
    try:
        _AnnouncingServer(config, lambda: on_ready(_url(listener))).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
        listener.close()


class _AnnouncingServer(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listener(settings: Settings) -> socket.socket:
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise SettingRefused("host", host, "an address of this machine") from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        expected = (
            f"a port that can be opened on {host} ({error.strerror}); choose another "
            "with --port, or 0 for any free one"
        )
        raise SettingRefused("port", str(port), expected) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _already_stopped(_signal: int, _frame: FrameType | None) -> None:
    """Take the signal that uvicorn raises again once it has shut down in good order."""
