"""Take single lines out of files of captured lines, whoever writes to them meanwhile."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from stayline.adapters.embedded.line_file import opened
from stayline.formats.captured_removal import Goes

_DRAFT = ".part"


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield every line that is not empty, a torn last one, too."""
    with path.open("rb") as file:
        yield from (line for line in file if line != b"\n")


def remove_lines(path: Path, goes: Goes) -> int:
    """Remove the lines that go from a file; return how many records those were.

    A file that nobody writes any more is written anew beside its place and put there whole, or
    removed when no line stays. In one that somebody writes, each line is overwritten where it
    stands by empty lines, which readers pass over: the writer goes on at the end and loses nothing.
    """
    with opened(path) as file:
        if file.is_abandoned:
            return _written_anew(path, goes)
        return _blanked(path, file.descriptor, goes)


def sweep_drafts(folder: Path) -> None:
    """Remove what a killed process left of a file it was writing anew."""
    for draft in folder.glob(f"*{_DRAFT}"):
        draft.unlink(missing_ok=True)


def _written_anew(path: Path, goes: Goes) -> int:
    if not any(map(goes, lines_of(path))):
        return 0
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_DRAFT}")
    gone = stays = 0
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for line in lines_of(path):
                if goes(line):
                    gone += line.endswith(b"\n")
                else:
                    stays += 1
                    file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if stays:
            draft.replace(path)
        else:
            path.unlink()
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)
    return gone


def _blanked(path: Path, descriptor: int, goes: Goes) -> int:
    gone = place = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n") and line != b"\n" and goes(line):
                os.pwrite(descriptor, b"\n" * len(line), place)
                gone += 1
            place += len(line)
    os.fdatasync(descriptor)
    return gone


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
