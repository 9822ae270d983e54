"""Keep as many worker processes answering as the load calls for, and replace any that dies."""

import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from stayline.errors import StoreUnavailable
from stayline.web.lifeline import READY
from stayline.web.listening import url_of
from stayline.web.scaling import Scaling

_LOOK_EVERY_S = 0.1
_RESTART_AFTER_S = 0.5
_PATIENCE_S = 30
STUCK_AFTER_S = 15.0
"""How long a worker may tell nothing; longer than one takes that leaves in good order."""
_log = logging.getLogger(__name__)


def supervise(
    program: Sequence[str],
    listening: socket.socket,
    scaling: Scaling,
    *,
    on_ready: Callable[[str], None],
    on_end: Callable[[int], None] = lambda pid: None,
) -> None:
    """Keep workers answering on a socket until SIGTERM or Ctrl-C, then close it.

    ``program`` is started with the descriptors of a `Lifeline` at its end. The workers share the
    socket, so that the death of one costs at most the requests it was answering. ``on_end`` is told
    the id of each that ended while the others go on. Raises `StoreUnavailable` when no worker can
    start.
    """
    supervisor = _Supervisor(
        program, listening, scaling, lambda: on_ready(url_of(listening)), on_end
    )
    try:
        supervisor.run()
    finally:
        supervisor.stop()
        listening.close()


@dataclass(slots=True)
class _Worker:
    """A process and what it last told."""

    process: "subprocess.Popen[bytes]"
    state: int
    told: bytes = b""
    is_ready: bool = False
    is_leaving: bool = False
    busy: float = field(default=0.0)
    heard_at: float = field(default=0.0)


class _Supervisor:
    def __init__(
        self,
        program: Sequence[str],
        listening: socket.socket,
        scaling: Scaling,
        on_ready: Callable[[], None],
        on_end: Callable[[int], None],
    ) -> None:
        self._program = program
        self._listening = listening
        self._scaling = scaling
        self._on_ready = on_ready
        self._on_end = on_end
        self._was_ready = False
        self._stops = False
        self._workers: list[_Worker] = []
        self._next_start = 0.0
        self._looked_at = 0.0
        self._selector = selectors.DefaultSelector()
        self._life_read, self._life_write = os.pipe()

    def run(self) -> None:
        before = {name: signal.signal(name, self._stop_soon) for name in _STOPPING}
        try:
            while not self._stops:
                self._keep_count()
                self._end_stuck()
                for key, _ in self._selector.select(_LOOK_EVERY_S):
                    self._listen(key.data)
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def stop(self) -> None:
        """End every worker, by its id; one that does not end in time is killed."""
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + _PATIENCE_S
        for worker in self._workers:
            try:
                worker.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            os.close(worker.state)
        self._workers.clear()
        self._selector.close()
        os.close(self._life_read)
        os.close(self._life_write)

    def _stop_soon(self, _signal: int, _frame: FrameType | None) -> None:
        self._stops = True

    def _keep_count(self) -> None:
        staying = [worker for worker in self._workers if not worker.is_leaving]
        ready = [worker for worker in staying if worker.is_ready]
        wanted = self._scaling.least
        if ready and len(ready) == len(staying):
            wanted = self._scaling.wanted([worker.busy for worker in ready], time.monotonic())
        if len(staying) < wanted and time.monotonic() >= self._next_start:
            self._start()
        elif len(ready) > wanted:
            ready[-1].is_leaving = True
            ready[-1].process.terminate()

    def _start(self) -> None:
        state_read, state_write = os.pipe()
        handed = (self._listening.fileno(), state_write, self._life_read)
        command = [*self._program, *(str(descriptor) for descriptor in handed)]
        process = subprocess.Popen(command, pass_fds=handed)  # noqa: S603  (our own words)
        os.close(state_write)
        worker = _Worker(process, state_read)
        self._workers.append(worker)
        self._selector.register(state_read, selectors.EVENT_READ, worker)

    def _end_stuck(self) -> None:
        """Kill who answers nothing any more; the end of its pipe then brings another.

        Where this process stood still itself, as all do on a machine that is paused, the workers
        get their time again.
        """
        now = time.monotonic()
        stood_still, self._looked_at = now - self._looked_at, now
        if stood_still > STUCK_AFTER_S / 2:
            for worker in self._workers:
                worker.heard_at = now
        for worker in self._workers:
            is_silent = worker.is_ready and now - worker.heard_at > STUCK_AFTER_S
            if is_silent and not worker.is_leaving:
                _log.warning("A worker was stuck for %.0f s; it is replaced.", STUCK_AFTER_S)
                worker.is_leaving = True
                worker.process.kill()

    def _listen(self, worker: _Worker) -> None:
        """Take in what a worker tells; the end of its pipe is its own end."""
        told = os.read(worker.state, 4096)
        if not told:
            self._bury(worker)
            return
        worker.heard_at = time.monotonic()
        *lines, worker.told = (worker.told + told).split(b"\n")
        for line in lines:
            if line.decode() != READY:
                worker.busy = float(line)
                continue
            worker.is_ready = True
            if not self._was_ready:
                self._was_ready = True
                self._on_ready()

    def _bury(self, worker: _Worker) -> None:
        self._selector.unregister(worker.state)
        os.close(worker.state)
        self._workers.remove(worker)
        worker.process.wait()
        self._on_end(worker.process.pid)
        self._next_start = time.monotonic() + _RESTART_AFTER_S
        if not self._was_ready:
            raise StoreUnavailable("The server", "its worker ended before it was ready.")


_STOPPING = (signal.SIGTERM, signal.SIGINT)
