"""Folders of files known by the digest of their contents: written whole, checked when read."""

import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from stayline.adapters.embedded.pipeline.faults import StepFault
from stayline.formats.file_trees import tree_digest


@dataclass(frozen=True, slots=True)
class Tree:
    """Files under a folder: relative path to ``sha256:`` digest, in the order of the paths."""

    folder: Path
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The digest of names and contents together."""
        return tree_digest(self.files)

    def part(self, path: str) -> "Tree | None":
        """Return what is at a path below: a folder, or a file as a tree of its own."""
        if not path:
            return self
        if path in self.files:
            file = self.folder / path
            return Tree(file.parent, {file.name: self.files[path]})
        inside = {
            name.removeprefix(f"{path}/"): digest
            for name, digest in self.files.items()
            if name.startswith(f"{path}/")
        }
        return Tree(self.folder / path, inside) if inside else None

    def copy(self, target: Path) -> None:
        """Copy the files, read-only: a program that writes into its inputs harms itself alone."""
        make_folder(target)
        for name in self.files:
            make_folder((target / name).parent)
            shutil.copyfile(self.folder / name, target / name)
            (target / name).chmod(0o400)


def read_tree(folder: Path) -> Tree:
    """Read and digest every file; raises `StepFault` for anything but plain files and folders.

    A link could point at anything of its owner's, which then would be copied and kept.
    """
    found = {}
    for path in _walk(folder):
        mode = path.lstat().st_mode
        name = path.relative_to(folder).as_posix()
        if stat.S_ISREG(mode):
            found[name] = file_digest(path)
        elif not stat.S_ISDIR(mode):
            raise StepFault(
                f"{name!r} is a link or a special file.",
                "Write plain files only: copy what the link points at.",
            )
    return Tree(folder, dict(sorted(found.items())))


def file_digest(path: Path) -> str:
    """Return ``sha256:`` and the hexadecimal digest of a file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def keep_tree(draft: Tree, target: Path) -> None:
    """Move a tree to its place whole: there is nothing or everything after a crash.

    What is there already stays if it is the same; what was altered is replaced.
    """
    for path in chain(_walk(draft.folder), [draft.folder]):
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)
    make_folder(target.parent)
    while True:
        with suppress(OSError):
            draft.folder.rename(target)
            break
        if whole_tree(target, draft.digest):
            remove(draft.folder)
            break
        if not target.exists():  # the disk refused, and no other tree is in the way
            draft.folder.rename(target)
            break
        remove(target)
    _sync(target.parent)


def whole_tree(folder: Path, digest: str) -> Tree | None:
    """Return the files of a folder if they are the very ones of a digest."""
    try:
        tree = read_tree(folder)
    except (StepFault, OSError):
        return None
    return tree if tree.digest == digest else None


def remove(folder: Path) -> None:
    """Remove a folder in one move, then its files; does nothing when there is none."""
    doomed = folder.with_name(f".{secrets.token_hex(8)}")
    try:
        folder.rename(doomed)
    except FileNotFoundError:
        return
    for path in chain([doomed], _walk(doomed)):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)  # so that its entries can be removed
    shutil.rmtree(doomed)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for the owner only."""
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file for the owner only."""
    make_folder(path.parent)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield everything below, folders before their contents; links are not followed."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
