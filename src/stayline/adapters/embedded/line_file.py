"""Files of whole lines, each appended to by one owner."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TRIES = 100


def worker_name() -> str:
    """Return a name for a file of this process, which no other process gets, on any machine."""
    return f"{os.getpid()}-{os.urandom(8).hex()}"


class LineFile:
    """Appends whole lines or nothing; the owner holds a lock on the file for as long as it lives.

    Not for two threads at once. Every method raises OSError.
    """

    def __init__(self, path: Path, *, below: Path) -> None:
        """Open the file, made with its folders if missing; ``below`` is the outermost of them."""
        self.path = path
        self.size = 0
        self._folders = [folder for folder in path.parents if folder.is_relative_to(below)]
        self._half = 0  # bytes of a torn line at the end
        self._descriptor = self._opened()

    def append(self, lines: bytes) -> None:
        """Hand lines to the operating system, in one call unless the disk is full."""
        self._cut_half_line()
        try:
            while self._half < len(lines):
                self._half += os.write(
                    self._descriptor, lines[self._half :] if self._half else lines
                )
        except OSError:
            self._cut_half_line()
            raise
        self._half = 0
        self.size += len(lines)

    def sync(self) -> None:
        """Wait until the disk has it all; the first time, also that the file has its name."""
        os.fdatasync(self._descriptor)
        while self._folders:
            folder = os.open(self._folders[0], os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            del self._folders[0]

    def has_its_name(self) -> bool:
        """Whether the file is still found where it was opened."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return os.path.samestat(found, os.fstat(self._descriptor))

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _opened(self) -> int:
        """Open and lock the file; whoever removes it or its folder meanwhile makes it anew."""
        for _ in range(_TRIES):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                found = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
            except FileNotFoundError:
                continue
            fcntl.flock(found, fcntl.LOCK_EX)
            status = os.fstat(found)
            if status.st_nlink:
                self.size = status.st_size
                return found
            os.close(found)
        raise FileNotFoundError(2, "The folder is removed again and again", str(self.path))

    def _cut_half_line(self) -> None:
        if self._half:
            size = os.fstat(self._descriptor).st_size  # less than ours after a purge
            os.ftruncate(self._descriptor, max(size - self._half, 0))
            self._half = 0


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of lines that somebody else writes, or has written."""

    descriptor: int
    is_abandoned: bool
    """Nobody owns it any more, nor will while it is held."""


@contextmanager
def opened(path: Path) -> Iterator[OpenedFile]:
    """Give someone's file, locked against a new owner unless there is one."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_abandoned = True
        except BlockingIOError:
            is_abandoned = False
        yield OpenedFile(descriptor, is_abandoned)
    finally:
        os.close(descriptor)
