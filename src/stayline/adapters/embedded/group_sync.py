"""One fsync for everybody who waits for one."""

import threading
import time
from collections.abc import Callable, Collection

from stayline.adapters.embedded.line_file import LineFile


class Written:
    """What was written between two fsyncs; it reaches the disk, or fails, as a whole."""

    __slots__ = ("failure", "files", "is_on_disk", "since")

    def __init__(self) -> None:
        self.files: set[LineFile] = set()
        self.since: float | None = None
        self.is_on_disk = False
        self.failure: OSError | None = None


class GroupSync:
    """Knows what is written and not yet on disk.

    Every method is called with ``turn`` held; `run` lets go of it while the disk works, so that
    others write, and wait, meanwhile.

    A file whose fsync failed is given up: the system may have dropped what it could not write, and
    would still let a second fsync succeed. ``give_up`` gets these files, to close them and go on in
    others.
    """

    def __init__(
        self, turn: threading.Condition, give_up: Callable[[Collection[LineFile]], None]
    ) -> None:
        self._turn = turn
        self._give_up = give_up
        self._next = Written()
        self._running: Written | None = None
        self._failing_since: float | None = None
        self.count = 0
        """How many times a file was brought to the disk."""
        self.failure: OSError | None = None
        """Why the last attempt failed; nothing more may be written until one succeeds."""

    @property
    def is_running(self) -> bool:
        """Whether the disk is at work, with ``turn`` let go of."""
        return self._running is not None

    def wrote(self, file: LineFile) -> Written:
        """Take note of a write; return what to `wait` for."""
        self._next.files.add(file)
        if self._next.since is None:
            self._next.since = time.monotonic()
        return self._next

    def forget(self, file: LineFile) -> None:
        """Leave a file out whose contents nobody wants any more."""
        self._next.files.discard(file)

    def is_dirty(self, file: LineFile) -> bool:
        """Whether a file holds what is not on disk."""
        return file in self._next.files

    def wait(self, written: Written | None = None) -> None:
        """Wait until this, or all that was written by now, is on disk; raises OSError."""
        written = self._next if written is None else written
        while not written.is_on_disk:
            if written.failure is not None:
                raise written.failure
            if self.is_running:
                self._turn.wait()
            else:
                self.run()

    def run(self) -> None:
        """Bring to the disk what is written by now; the outcome is in ``failure``."""
        running, self._next = self._next, Written()
        self._running = running
        self._turn.release()
        failure: OSError | None = None
        synced = 0
        try:
            for file in running.files:
                file.sync()
                synced += 1
        except OSError as error:
            failure = error
        finally:
            self._turn.acquire()
            self.count += synced
            self._running = None
            if failure is not None:
                self._fail(running, failure)
            else:
                running.is_on_disk = True
                if synced:
                    self.failure = self._failing_since = None
            self._turn.notify_all()

    def _fail(self, running: Written, failure: OSError) -> None:
        """Refuse what was to reach the disk, and what was written to the same files meanwhile."""
        self.failure = running.failure = failure
        self._failing_since = self._failing_since or running.since
        given_up = running.files
        if not given_up.isdisjoint(self._next.files):
            self._next.failure = failure
            given_up = given_up | self._next.files
            self._next = Written()
        self._give_up(given_up)

    def lag_s(self) -> float:
        """Return how long the oldest write has waited for the disk."""
        running = self._running.since if self._running is not None else None
        waiting = [s for s in (self._failing_since, running, self._next.since) if s is not None]
        return time.monotonic() - min(waiting) if waiting else 0.0
