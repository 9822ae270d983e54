"""What ties a worker process to its supervisor: a shared socket, and two pipes."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

READY = "ready"
BUSY_EVERY_S = 0.5
BEATS_LATE_S = 2.0
"""How long after its last beat an event loop counts as stuck."""


def worker_name() -> str:
    """Return what this process is called among those that answer, on whichever machine."""
    return f"worker-{socket.gethostname()}-{os.getpid()}"


@dataclass(slots=True)
class Lifeline:
    """The worker's end: where it listens, and the descriptor it tells its state in."""

    listening: socket.socket
    state: int
    _beat_at: float | None = None

    @classmethod
    def handed(cls, descriptors: Sequence[str]) -> "Lifeline":
        """Take up the descriptors that `Supervisor` put at the end of the command.

        The last one is a pipe that nobody writes to: its end means that the supervisor is gone,
        however it went, and this process then stops in good order.
        """
        listening, state, life = (int(number) for number in descriptors)
        threading.Thread(target=_end_with, args=(life,), daemon=True).start()
        return cls(socket.socket(fileno=listening), state)

    def tell_ready(self, note: Callable[[], None] = lambda: None) -> None:
        """Tell that requests are answered, and from then on how busy this process is.

        ``note`` is called each time, for figures that others read. Nothing is told while beats are
        missing, so that the supervisor notices an event loop that is stuck.
        """
        os.write(self.state, f"{READY}\n".encode())
        threading.Thread(target=self._tell_busy, args=(note,), daemon=True).start()

    def beat(self) -> None:
        """Say from the event loop that it goes round."""
        self._beat_at = time.monotonic()

    def _tell_busy(self, note: Callable[[], None]) -> None:
        used, then = time.process_time(), time.monotonic()
        while True:
            time.sleep(BUSY_EVERY_S)
            note()
            now_used, now = time.process_time(), time.monotonic()
            if self._beat_at is not None and now - self._beat_at > BEATS_LATE_S:
                continue
            try:
                os.write(self.state, f"{(now_used - used) / (now - then):.3f}\n".encode())
            except OSError:
                return  # nobody listens any more
            used, then = now_used, now


def _end_with(life: int) -> None:
    while os.read(life, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
