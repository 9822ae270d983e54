"""An application that is made while the first calls are answered past it."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar.types import (
        ASGIApp,
        LifeSpanReceive,
        LifeSpanScope,
        LifeSpanSend,
        Receive,
        Scope,
        Send,
    )

_log = logging.getLogger(__name__)


class LaterApp:
    """Stands in for an application; who asks for what only that answers waits until it is there.

    A worker that has started answers single predictions at once (`ShortCalls`), and they need none
    of its routes and pages, which take a sixth of a start.
    """

    def __init__(self, make: "Callable[[], ASGIApp]") -> None:
        self._make = make
        self._made: Future[ASGIApp] = Future()

    def begin(self) -> None:
        """Make it in a thread; if that fails, the process ends as one that is told to."""
        threading.Thread(target=self._fill, daemon=True).start()

    def has_failed(self) -> bool:
        """Whether it could not be made."""
        return self._made.done() and self._made.exception() is not None

    async def __call__(
        self, scope: "Scope | LifeSpanScope", receive: "Receive", send: "Send"
    ) -> None:
        """Answer by the application; as long as there is none, wait for it."""
        if scope["type"] == "lifespan":  # the application has nothing to do at either end
            await _live(receive, send)  # type: ignore[arg-type]  # which pair it is the scope says
            return
        app = self._made.result() if self._made.done() else await self._awaited()
        await app(scope, receive, send)

    async def _awaited(self) -> "ASGIApp":
        """Return it once it is there; who stops waiting stops nobody else."""
        return await asyncio.shield(asyncio.wrap_future(self._made))

    def _fill(self) -> None:
        try:
            self._made.set_result(self._make())
        except Exception as error:
            _log.exception("The routes could not be made.")
            self._made.set_exception(error)
            os.kill(os.getpid(), signal.SIGTERM)


async def _live(receive: "LifeSpanReceive", send: "LifeSpanSend") -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
