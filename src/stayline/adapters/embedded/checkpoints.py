"""Checkpoints in a file of lines beside the audit journals, signed with a key of the home."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stayline.adapters.embedded.signing_key import (
    SigningKeyFile,
    fingerprint,
    is_signed,
    public_text,
    read_public,
)
from stayline.domain.audit_chain import CHAIN_START, Checkpoint, CheckpointList
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.checkpoint_lines import (
    parse_checkpoint,
    part_signed_by,
    signed_part,
    written,
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
        named = fingerprint(key.public_key())
        with _our_errors(), self._locked() as descriptor:
            lines = _whole_lines(_content(descriptor))
            before = _digest(lines[-1]) if lines else CHAIN_START
            content = signed_part(position=position, link=link, at=at, before=before, key=named)
            line = written(
                position=position,
                link=link,
                at=at,
                before=before,
                key=named,
                signature=key.sign(content).hex(),
            )
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
            key = read_public(public_key)
        elif self._key.exists():
            key = self._key.key().public_key()
        else:
            lost = ("the key that the checkpoints were signed with is missing",)
            return CheckpointList((), lost if _whole_lines(text) else ())
        found: list[Checkpoint] = []
        problems: list[str] = []
        before: str | None = None
        for number, line in enumerate(_whole_lines(text), start=1):
            try:
                one = parse_checkpoint(line)
            except ValueError:
                problems.append(f"line {number} of the checkpoints is no checkpoint")
                before = None
                continue
            problem = _problem(one, key, before)
            if problem is None:
                found.append(one)
            else:
                problems.append(f"the checkpoint in line {number} {problem}")
            before = one.digest
        return CheckpointList(tuple(found), tuple(problems))

    def public_key(self) -> bytes:
        """Return the public key in PEM."""
        return public_text(self._key.key().public_key())

    def written(self, checkpoint: Checkpoint) -> str:
        """Return the line of a checkpoint."""
        return written(
            position=checkpoint.position,
            link=checkpoint.link,
            at=checkpoint.at,
            before=checkpoint.before,
            key=checkpoint.key,
            signature=checkpoint.signature,
        ).decode()

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


def _problem(one: Checkpoint, key: Ed25519PublicKey, before: str | None) -> str | None:
    if one.key != fingerprint(key):
        return "was signed with another key"
    if not is_signed(key, one.signature, part_signed_by(one)):
        return "was altered: its signature does not hold"
    if before is not None and one.before != before:
        return "does not follow the one before: one was removed, added or moved"
    return None


def _digest(line: bytes) -> str:
    try:
        return parse_checkpoint(line).digest
    except ValueError:
        raise StoreDamaged(_STORE, "its last line is no checkpoint.") from None


def _whole_lines(text: bytes) -> Sequence[bytes]:
    """Return the lines that were written to their end."""
    return text.split(b"\n")[:-1]


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
