"""Inputs of pipelines by their contents, held while a process needs them and then removed."""

import fcntl
import os
import re
import secrets
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.pipeline.trees import (
    Tree,
    keep_tree,
    make_folder,
    read_tree,
    remove,
    whole_tree,
    write_file,
)
from stayline.errors import StoreUnavailable
from stayline.formats.file_trees import is_within

PREFIX = "s3://stayline/staged/"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class StagedInputs:
    """Keeps ``folder/<name>/<sha256>/``; a lock on it tells that a living process needs it.

    The lock is on the folder itself, so it goes with the folder, and with the process.
    """

    def __init__(self, folder: Path, locks: FolderLocks) -> None:
        self._folder = folder
        self._locks = locks
        self._held: dict[str, list[int]] = defaultdict(list)

    def stage(self, name: str, files: Mapping[str, bytes | Path]) -> str:
        """Keep the files and return their URI."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for an input: use a-z, 0-9 and -")
        try:
            with self._locks.reading(), self._draft(files) as draft:
                uri = f"{PREFIX}{name}/{draft.digest.removeprefix('sha256:')}"
                while True:
                    keep_tree(draft, self._path(uri))
                    if self._hold(uri):
                        return uri
                    draft = self._drafted(draft.folder, files)
        except OSError as error:
            raise StoreUnavailable("The staging folder", f"{error.strerror}.") from error

    def unstage(self, uri: str) -> None:
        """Let go of an input, and remove it unless another process holds it."""
        if self._held[uri]:
            os.close(self._held[uri].pop())
        self._remove_unheld(self._path(uri))

    def find(self, uri: str) -> Tree | None:
        """Return what a URI within a staged input names, None when it is gone or altered."""
        parts = PurePosixPath(uri.removeprefix(PREFIX)).parts
        if not uri.startswith(PREFIX) or len(parts) < 2 or ".." in parts:
            return None
        folder = self._folder / parts[0] / parts[1]
        tree = whole_tree(folder, f"sha256:{parts[1]}")
        return tree and tree.part("/".join(parts[2:]))

    def folders(self) -> list[Path]:
        """Return where each input lies."""
        return [path for path in self._folder.glob("*/*") if path.is_dir()]

    def sweep(self, needed: Collection[str]) -> int:
        """Remove what no living process holds and no URI of ``needed`` names, and torn drafts.

        To be called while nobody stages.
        """
        for draft in self._folder.glob(".*"):
            remove(draft)
        unneeded = [
            path for path in self._folder.glob("*/*")
            if f"{PREFIX}{path.parent.name}/{path.name}" not in needed
        ]  # fmt: skip
        return sum(self._remove_unheld(path) for path in unneeded)

    def unheld(self, name: str) -> set[str]:
        """Return the URIs of inputs of a name that no living process holds."""
        return {
            f"{PREFIX}{name}/{path.name}"
            for path in self._folder.glob(f"{name}/*")
            if not _is_held(path)
        }

    @contextmanager
    def _draft(self, files: Mapping[str, bytes | Path]) -> Iterator[Tree]:
        folder = self._folder / f".{secrets.token_hex(8)}"
        try:
            yield self._drafted(folder, files)
        finally:
            remove(folder)

    def _drafted(self, folder: Path, files: Mapping[str, bytes | Path]) -> Tree:
        make_folder(folder)
        for name, content in files.items():
            path = PurePosixPath(name)
            if not is_within(name):
                raise ValueError(f"{name!r} is no path within an input")
            if isinstance(content, bytes):
                write_file(folder / path, content)
            else:
                make_folder((folder / path).parent)
                shutil.copyfile(content, folder / path)
        return read_tree(folder)

    def _path(self, uri: str) -> Path:
        name, _, digest = uri.removeprefix(PREFIX).partition("/")
        if not (uri.startswith(PREFIX) and _NAME.fullmatch(name) and digest.isalnum()):
            raise ValueError(f"{uri!r} is no URI of a staged input")
        return self._folder / name / digest

    def _hold(self, uri: str) -> bool:
        """Lock the folder; False when it was removed in the meantime."""
        path = self._path(uri)
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            with suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(descriptor).st_ino:
                    self._held[uri].append(descriptor)
                    return True
            os.close(descriptor)
        return False

    def _remove_unheld(self, path: Path) -> bool:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(path)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True


def _is_held(path: Path) -> bool:
    """Whether a process holds a folder, or has just removed it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
