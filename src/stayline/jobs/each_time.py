"""Do something again and again beside the jobs, in a thread of its own."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from stayline.errors import StaylineError

_log = logging.getLogger(__name__)


@contextmanager
def each_time(
    name: str, act: Callable[[], Sequence[str]], *, every_s: float, patience_s: float | None = None
) -> Iterator[None]:
    """Act every so many seconds while the block runs; what is in the way is told once.

    ``act`` returns problems in words. At the end it is waited for, for ``patience_s`` at most where
    it may be cut short.
    """
    stop = threading.Event()

    def go_on() -> None:
        told: Sequence[str] = ()
        while not stop.wait(every_s):
            problems: Sequence[str] = ()
            try:
                problems = act()
            except StaylineError as error:
                problems = (str(error),)
            except Exception as error:  # whatever it is, the next time it is tried again
                problems = (f"An unexpected {type(error).__name__}.",)
            for problem in problems:
                if problem not in told:  # once, not every minute
                    _log.error("%s: %s", name, problem)
            told = problems

    thread = threading.Thread(target=go_on, name=f"stayline-{name.lower()}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(patience_s)
