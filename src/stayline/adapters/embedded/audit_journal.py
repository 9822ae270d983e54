"""Audit events noted in a file of this process, on their way into the chain."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_absorption import absorb
from stayline.adapters.embedded.background import Background
from stayline.adapters.embedded.line_file import LineFile, worker_name
from stayline.errors import StaylineError, StoreUnavailable
from stayline.formats.audit_rows import EventRow

ROTATES_AT = 4 << 20
SYNCED_EVERY_S = 0.5
ABSORBED_EVERY_S = 2.0
"""Seldom: a turn costs as much as hundreds of events, and writes each page of an index once, for
however many events. Whoever reads absorbs first."""
_ENCODER = msgspec.json.Encoder()


class AuditJournal:
    """Appends to ``folder/<worker>-<number>.jsonl``, and has it on disk and absorbed soon."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._name = worker_name()
        self._number = 0
        self._turn = threading.Lock()
        self._file: LineFile | None = None
        self._background: Background | None = None
        self._absorbed_at = monotonic()

    def note(self, rows: Sequence[EventRow]) -> None:
        """Write events as one line: a torn one loses, and a whole one keeps, all of them."""
        line = _ENCODER.encode(rows) + b"\n"
        with self._turn:
            try:
                self._opened().append(line)
            except OSError as error:
                raise StoreUnavailable("The audit log", f"{error.strerror}.") from error
            if self._background is None:
                self._background = Background(self._tick, self._end, every_s=SYNCED_EVERY_S)
            self._background.ask()

    def finish(self) -> None:
        """Have everything absorbed, and leave no file behind."""
        with self._turn:
            background, self._background = self._background, None
        if background is not None:
            background.finish()

    def let_end(self) -> None:
        """Do so soon, without being waited for."""
        if self._background is not None:
            self._background.let_end()

    def _opened(self) -> LineFile:
        if self._file is None:
            self._number += 1
            path = self._folder / f"{self._name}-{self._number:08d}.jsonl"
            self._file = LineFile(path, below=self._folder)
        return self._file

    def _tick(self) -> bool:
        if monotonic() - self._absorbed_at < ABSORBED_EVERY_S - SYNCED_EVERY_S:
            self._sync()
            return False
        self._absorbed_at = monotonic()
        try:
            absorb(self._engine, self._folder)
        except StaylineError:
            return False  # it is in the journal all the same; whoever reads is told
        with self._turn:
            if self._file is None or self._file.size < ROTATES_AT:
                return True
            self._abandon()
            return False

    def _sync(self) -> None:
        """Bring what was noted to the disk, while others note more."""
        file = self._file  # closed by this thread only
        if file is not None:
            with suppress(OSError):  # absorbing it syncs the chain
                file.sync()

    def _end(self) -> None:
        with self._turn:
            self._abandon()
        with suppress(StaylineError):  # then whoever comes next absorbs it
            absorb(self._engine, self._folder)

    def _abandon(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
