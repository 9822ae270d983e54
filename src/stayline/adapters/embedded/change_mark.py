"""Whether a table may have changed, asked without its database, by any process."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from stayline.adapters.embedded.database import writing
from stayline.adapters.embedded.shared_locks import is_shared_by_gateways
from stayline.errors import StaylineError, StoreUnavailable

OPT_OUTS = "opt-outs.mark"
"""The mark of the opt-out list, which whoever adds names to it has to change."""


class Mark(NamedTuple):
    """The state of a table: while two marks are equal, nothing was committed between them."""

    file: int
    written_at: int
    length: int


class ChangeMark:
    """A file beside the database, as long as its table was changed often.

    Its length is odd while a change is under way. It grows before the change is committed, and
    becomes even again, both under the database's write lock, so by one process at a time: whoever
    read the table at an even length has read all that was committed before the file next grew. A
    process that is killed in the middle leaves an odd length, and every reader asks the database
    until the next change.

    A database that gateways share has no such file: other machines would not see it, and to ask for
    a number that changes costs what the question itself does. There the mark tells nothing.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._is_shared = is_shared_by_gateways(engine)
        if self._is_shared:
            return
        self._path = Path(engine.url.database or "database").with_name(name)
        self._name = str(self._path)
        with suppress(OSError):  # then there is no mark, and everyone asks the database
            self._lengthen(0)

    def seen(self) -> Mark | None:
        """Return the mark of this moment; None while it tells nothing, and the table must be read.

        Take it before reading what it is to stand for.
        """
        if self._is_shared:
            return None
        try:
            found = os.stat(self._name)  # noqa: PTH116  (half the time of the path's own, each turn)
        except OSError:
            return None
        if found.st_size % 2:
            return None
        return Mark(found.st_ino, found.st_mtime_ns, found.st_size)

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes land together or not at all, as `writing` does.

        Once the block has ended, no mark from before it is equal to one from now on.
        """
        if self._is_shared:
            with writing(self._engine) as connection:
                yield connection
            return
        try:
            with writing(self._engine) as connection:
                self._grow()
                yield connection
        finally:
            with suppress(StaylineError, OSError), writing(self._engine):
                self._rest()

    def _grow(self) -> None:
        try:
            self._lengthen(2 if self._length() % 2 else 1)
        except OSError as error:
            raise StoreUnavailable(self._path.name, f"{error.strerror}.") from error

    def _rest(self) -> None:
        """Make the length even: under the write lock nobody changes anything."""
        self._lengthen(self._length() % 2)

    def _length(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def _lengthen(self, by: int) -> None:
        """Add so many bytes; the file is made if missing, readable by its owner only."""
        file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            if os.write(file, b"." * by) < by:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)
