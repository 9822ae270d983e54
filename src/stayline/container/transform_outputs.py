"""Outputs that are whole or not there, each with a proof of what it was made from."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

_BYTES_A_READ = 1 << 20


class Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an output was made from: the same again would give the same bytes."""

    input: str
    model: str
    accept: str
    with_reasons: bool
    as_of: str
    stayline: str


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies in the ``proofs`` output once a file of scores is whole."""

    made: Made
    output: str
    rows: int


def rows_of_finished(output: Path, proof: Path, made: Made) -> int | None:
    """Return how many rows an output has that need not be made again, or None."""
    try:
        told = msgspec.json.decode(proof.read_bytes(), type=Proof)
        whole = told.made == made and told.output == file_digest(output)
    except (OSError, msgspec.MsgspecError):
        return None
    return told.rows if whole else None


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that gets its name once all of it is on disk, and that is gone on an error."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def leave_proof(output: Path, proof: Path, made: Made, rows: int) -> None:
    """Say of an output, once it is there, what it is."""
    with written_whole(proof) as file:
        file.write(msgspec.json.encode(Proof(made, file_digest(output), rows)))


def file_digest(path: Path) -> str:
    """Return ``sha256:`` and the digest of a file, read a part at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_BYTES_A_READ):
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"
