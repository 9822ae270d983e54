"""One fsync for everybody who waits for one."""

import threading
import time

from stayline.adapters.embedded.line_file import LineFile


class GroupSync:
    """Knows what is written and not yet on disk.

    Every method is called with ``turn`` held; `run` lets go of it while the disk works, so that
    others write, and wait, meanwhile.
    """

    def __init__(self, turn: threading.Condition) -> None:
        self._turn = turn
        self._dirty: set[LineFile] = set()
        self._since: float | None = None
        self._running_since: float | None = None
        self._written = 0
        self._synced = 0
        self.is_running = False
        self.count = 0
        """How many times a file was brought to the disk."""
        self.failure: OSError | None = None
        """Why the last attempt failed; nothing more may be written until one succeeds."""

    def wrote(self, file: LineFile) -> int:
        """Take note of a write; return what to `wait` for."""
        self._dirty.add(file)
        if self._since is None:
            self._since = time.monotonic()
        self._written += 1
        return self._written

    def forget(self, file: LineFile) -> None:
        """Leave a file out whose contents nobody wants any more."""
        self._dirty.discard(file)

    def is_dirty(self, file: LineFile) -> bool:
        """Whether a file holds what is not on disk."""
        return file in self._dirty

    def wait(self, mark: int | None = None) -> None:
        """Wait until all that was written up to a mark, or now, is on disk; raises OSError."""
        mark = self._written if mark is None else mark
        while self._synced < mark or self.failure is not None:
            if self.is_running:
                self._turn.wait()
                continue
            self.run()
            if self.failure is not None:
                raise self.failure

    def run(self) -> None:
        """Bring to the disk what is written by now; the outcome is in ``failure``."""
        files, mark, since = tuple(self._dirty), self._written, self._since
        self._dirty.clear()
        self._since, self._running_since, self.is_running = None, since, True
        self._turn.release()
        failure: OSError | None = None
        synced = 0
        try:
            for file in files:
                file.sync()
                synced += 1
        except OSError as error:
            failure = error
        finally:
            self._turn.acquire()
            self.count += synced
            self._running_since, self.is_running = None, False
            if synced == len(files):
                self._synced = mark
            else:
                self._dirty.update(files)
                self._since = since
            self.failure = failure
            self._turn.notify_all()

    def lag_s(self) -> float:
        """Return how long the oldest write has waited for the disk."""
        since = self._since if self._running_since is None else self._running_since
        return 0.0 if since is None else time.monotonic() - since
