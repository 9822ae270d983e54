"""Checkpoints in a file of lines beside the audit journals, signed with a key of the home."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from stayline.adapters.embedded.signing_key import SigningKeyFile
from stayline.domain.audit_chain import Checkpoint, CheckpointList
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.checkpoint_lines import parse_checkpoint
from stayline.formats.checkpoint_signatures import (
    checked,
    line_of,
    public_text,
    read_public,
    signed_line,
    unchecked,
    whole_lines,
)

_STORE = "The list of checkpoints"


class FileCheckpoints:
    """Appends one line a checkpoint to a file that is read by its owner only."""

    def __init__(self, path: Path, key_file: Path) -> None:
        self._path = path
        self._key = SigningKeyFile(key_file)

    def sign(self, position: int, link: str, at: datetime) -> Checkpoint:
        """Add a checkpoint, on disk before it is told of; one process at a time."""
        key = self._key.key()
        with _our_errors(), self._locked() as descriptor:
            lines = whole_lines(_content(descriptor))
            before = lines[-1] if lines else None
            try:
                line = signed_line(key, before, position=position, link=link, at=at)
            except ValueError:
                raise StoreDamaged(_STORE, "its last line is no checkpoint.") from None
            _append(descriptor, sum(len(one) + 1 for one in lines), line + b"\n")
            self._keep_name()
        return parse_checkpoint(line)

    def kept(self, public_key: bytes | None = None) -> CheckpointList:
        """Return what is in the file; without one there is nothing."""
        with _our_errors():
            try:
                text = self._path.read_bytes()
            except FileNotFoundError:
                return CheckpointList(())
        return self.read(text, public_key)

    def read(self, text: bytes, public_key: bytes | None = None) -> CheckpointList:
        """Check every line by itself, and that it names the one before."""
        if public_key is not None:
            return checked(whole_lines(text), read_public(public_key))
        if self._key.exists():
            return checked(whole_lines(text), self._key.key().public_key())
        return unchecked(whole_lines(text))

    def public_key(self) -> bytes:
        """Return the public key in PEM."""
        return public_text(self._key.key().public_key())

    def written(self, checkpoint: Checkpoint) -> str:
        """Return the line of a checkpoint."""
        return line_of(checkpoint)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _keep_name(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _append(descriptor: int, end: int, line: bytes) -> None:
    """Write a line where the last whole one ends; what does not fit on the disk leaves no trace."""
    os.ftruncate(descriptor, end)
    try:
        done = 0
        while done < len(line):
            done += os.pwrite(descriptor, line[done:], end + done)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(_STORE, f"{error.strerror}.") from error
