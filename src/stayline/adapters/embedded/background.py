"""Work done a moment after it is asked for, by a thread that keeps nothing and nobody alive."""

import atexit
import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

EVERY_S = 0.05
"""Half of the 100 ms that are promised, so that a slow disk has the other half."""
_PATIENCE_S = 30.0
_log = logging.getLogger(__name__)


class Background:
    """Calls ``work`` at most ``every_s`` after being asked, however often, and ``end`` at the end.

    ``work`` returns whether it is done; otherwise it is called again. The end comes with `finish`,
    `let_end` or the end of the process. Neither may refer to whatever is collected first. If work
    raises, the kind of the error is logged, and it is called again.
    """

    def __init__(
        self, work: Callable[[], bool], end: Callable[[], None], *, every_s: float = EVERY_S
    ) -> None:
        self._work = work
        self._end = end
        self._every_s = every_s
        self._is_asked = False
        self._asked: SimpleQueue[bool] = SimpleQueue()  # put() may be called by a finalizer
        self._thread = threading.Thread(target=self._run, name="stayline-background", daemon=True)
        self._thread.start()
        atexit.register(self.finish)

    def ask(self) -> None:
        """Have the work done soon."""
        if not self._is_asked:
            self._is_asked = True
            self._asked.put(True)

    def let_end(self) -> None:
        """End soon; safe wherever the garbage collector happens to run."""
        self._asked.put(False)

    def finish(self) -> None:
        """End now, and wait for it."""
        self.let_end()
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        goes_on = self._asked.get()
        while goes_on:
            try:
                goes_on = self._asked.get(timeout=self._every_s)
            except Empty:
                self._is_asked = False
                if not self._is_done():
                    self.ask()
                goes_on = self._asked.get()
        try:
            self._end()
        finally:
            atexit.unregister(self.finish)

    def _is_done(self) -> bool:
        try:
            return self._work()
        except Exception as error:  # whatever it is, nobody else would do the work
            _log.error("Background work failed with %s; it is tried again.", type(error).__name__)
            return False
