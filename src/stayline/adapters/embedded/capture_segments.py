"""The files of captured lines that this process has open, one an hour."""

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from stayline.adapters.embedded.background import Background
from stayline.adapters.embedded.group_sync import GroupSync, Written
from stayline.adapters.embedded.line_file import LineFile, worker_name
from stayline.errors import StoreUnavailable

_KEPT_OPEN = 2  # two, since requests of two hours overlap
_PROBE = b"\n"  # an empty line, which readers pass over
LOOKED_EVERY_S = 1.0


class CaptureSegments:
    """Appends to ``folder/yyyy/mm/dd/hh/<worker>-<number>.jsonl`` and brings it to the disk.

    A segment that was closed is never opened again: who comes back to its hour begins another, so
    the closed one may be taken away. A segment that the disk refused is never written to again:
    what it refused stays refused, and a new segment must reach the disk before anything else is
    taken.

    Somebody may remove or replace the folder under us. That is seen within a second, at the next
    line; until then lines go to a file without a name, and are lost though they were taken.
    """

    def __init__(self, folder: Path, *, is_strict: bool) -> None:
        self._folder = folder
        self._is_strict = is_strict
        self._worker = worker_name()
        self._numbers = count(1)
        self._turn = threading.Condition(threading.Lock())
        self._sync = GroupSync(self._turn, self._give_up)
        self._open: dict[str, LineFile] = {}
        self._looked = 0.0
        self._refused_hour = ""
        self._background: Background | None = None

    def append(self, hours: Mapping[str, Sequence[bytes]]) -> None:
        """Write lines into their hours; in strict mode, wait until the disk has them."""
        with self._turn, _our_errors():
            if time.monotonic() - self._looked > LOOKED_EVERY_S:
                self._let_go_of_nameless()
            if self._sync.failure is not None:
                self._after_a_failure(self._sync.failure)
            written = []
            for hour, lines in hours.items():
                file = self._open.get(hour) or self._opened(hour)
                file.append(b"".join(lines))
                written.append(self._sync.wrote(file))
            if self._is_strict:
                for lines_of_hour in written:
                    self._sync.wait(lines_of_hour)
            elif self._background is not None:
                self._background.ask()

    def drop(self, hour: str) -> None:
        """Let go of an hour that is about to be removed."""
        with self._turn:
            while self._sync.is_running:
                self._turn.wait()
            file = self._open.pop(hour, None)
            if file is not None:
                self._sync.forget(file)
                file.close()

    def let_go(self, before: str) -> None:
        """Close the files of hours before this one, so that others may take them away.

        A late line opens its hour's file anew.
        """
        with self._turn:
            for hour in [one for one in self._open if one < before]:
                self._close_if_on_disk(hour)

    def lag_s(self) -> float:
        """Return how long the oldest line has waited for the disk."""
        with self._turn:
            return self._sync.lag_s()

    def syncs(self) -> int:
        """Return how often a file was brought to the disk."""
        with self._turn:
            return self._sync.count

    def flush(self) -> None:
        """Wait until the disk has everything."""
        with self._turn, _our_errors():
            if self._sync.failure is not None:
                self._after_a_failure(self._sync.failure)
            self._sync.wait()

    def finish(self) -> None:
        """Bring everything to the disk and close the files."""
        with self._turn:
            background, self._background = self._background, None
        if background is not None:
            background.finish()

    def let_end(self) -> None:
        """Do so soon, without being waited for."""
        if self._background is not None:
            self._background.let_end()

    def _opened(self, hour: str) -> LineFile:
        name = f"{self._worker}-{next(self._numbers):06d}.jsonl"
        file = LineFile(self._folder / hour / name, below=self._folder)
        self._open[hour] = file
        if self._background is None:
            self._background = Background(self._tick, self._end)
        self._background.ask()
        return file

    def _after_a_failure(self, failure: OSError) -> None:
        """Try the disk with a new segment, or leave that to the background and refuse meanwhile."""
        if not self._is_strict:
            raise failure
        self._sync.wait(self._probe())

    def _probe(self) -> Written:
        """Write something to a new segment, that tells whether the disk takes it."""
        file = self._open.get(self._refused_hour) or self._opened(self._refused_hour)
        if not file.size:
            file.append(_PROBE)
        return self._sync.wrote(file)

    def _give_up(self, files: Collection[LineFile]) -> None:
        """Close segments that the disk refused."""
        for hour, file in list(self._open.items()):
            if file in files:
                del self._open[hour]
                self._refused_hour = hour
                with suppress(OSError):
                    if file.size <= len(_PROBE):
                        file.path.unlink()
                with suppress(OSError):
                    file.close()

    def _let_go_of_nameless(self) -> None:
        """Close segments whose file nobody can find any more, so that they are opened anew."""
        self._looked = time.monotonic()
        for hour, file in list(self._open.items()):
            if not file.has_its_name():
                while self._sync.is_running or self._sync.is_dirty(file):
                    if self._sync.is_running:
                        self._turn.wait()
                    else:
                        self._sync.run()
                if self._open.get(hour) is file:
                    self._open.pop(hour).close()

    def _tick(self) -> bool:
        with self._turn:
            if not self._sync.is_running:
                if self._sync.failure is not None:
                    with suppress(OSError):  # then it goes on failing, and those who ask are told
                        self._probe()
                self._sync.run()
            for hour in list(self._open)[:-_KEPT_OPEN]:
                self._close_if_on_disk(hour)
            return self._sync.failure is None

    def _close_if_on_disk(self, hour: str) -> None:
        if not self._sync.is_running and not self._sync.is_dirty(self._open[hour]):
            self._open.pop(hour).close()

    def _end(self) -> None:
        with self._turn:
            while self._sync.is_running:
                self._turn.wait()
            self._sync.run()
            for file in self._open.values():
                file.close()
            self._open.clear()


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable("The capture log", f"{error.strerror}.") from error
