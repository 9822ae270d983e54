"""Copies of extracts in folders of the home."""

import os
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.errors import ExtractUnreadable, FileUnwritable
from stayline.formats.extract import read_extract
from stayline.formats.extract_rows import encoded_like, may_hold, names_one_of, without_people
from stayline.ports.aged_records import NOBODY
from stayline.ports.directory import Directory
from stayline.ports.extract_files import IdColumns


class FolderExtractFiles:
    """Looks at the folders' own files; links, and folders within, are left alone.

    ``aged`` are folders whose files go after a time, ``waiting`` others that hold extracts. When a
    file came is told by its last change of status, which moving it sets and no copying tool can set
    back.
    """

    def __init__(self, aged: Sequence[Path], waiting: Sequence[Path], directory: Directory) -> None:
        self._aged = aged
        self._waiting = waiting
        self._directory = directory

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the files are; each counts as one."""
        came = [(_came(path), path) for path in _files(self._aged)]
        old = [(at, path) for at, path in came if at < before]
        hr_ids = self._hr_ids(held) if old else frozenset[str]()
        due = [at for at, path in old if not (hr_ids and _names_any(path, hr_ids))]
        oldest = min((at for at, _ in came), default=None)
        return Ages(len(came), oldest, len(due), max(due, default=None), len(old) - len(due))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove the files that came there before; of one with people held, only others' rows."""
        hr_ids = self._hr_ids(held)
        gone = 0
        for path in _files(self._aged):
            if _came(path) >= before:
                continue
            if hr_ids and _names_any(path, hr_ids):
                with suppress(ExtractUnreadable):  # then it stays as it is
                    _rewritten(path, lambda frame: frame.filter(names_one_of(frame, hr_ids)))
            else:
                with _our_errors(path):
                    path.unlink(missing_ok=True)
                gone += 1
        return gone

    def erase(self, hr_ids: Collection[str], columns: IdColumns | None) -> int:
        """Take these people's rows out of every file."""
        those = frozenset(hr_ids)

        person, manager = (columns.person, columns.manager) if columns else (None, None)

        def without(frame: pl.DataFrame) -> pl.DataFrame:
            return without_people(frame, those, person=person, manager=manager)

        changed = 0
        for path in _files([*self._aged, *self._waiting]):
            if not _holds_text(path, those):
                continue
            try:
                changed += _rewritten(path, without)
            except ExtractUnreadable:
                with _our_errors(path):
                    path.unlink(missing_ok=True)
                changed += 1
        return changed

    def _hr_ids(self, tokens: AbstractSet[EmployeeToken]) -> frozenset[str]:
        return frozenset(one.hr_id for one in self._directory.find_all(sorted(tokens)).values())


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from sorted(
                path for path in folder.iterdir() if path.is_file() and not path.is_symlink()
            )


def _came(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_ctime, UTC)


def _names_any(path: Path, hr_ids: AbstractSet[str]) -> bool:
    """Whether a file holds a row with one of these ids; one that cannot be read may."""
    if not _holds_text(path, hr_ids):
        return False
    try:
        frame = read_extract(path).frame
    except ExtractUnreadable:
        return True
    return frame.filter(names_one_of(frame, hr_ids)).height > 0


def _holds_text(path: Path, hr_ids: AbstractSet[str]) -> bool:
    with _our_errors(path):
        return may_hold(path.read_bytes(), hr_ids)


def _rewritten(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> bool:
    """Put a file in its place with other rows; remove one that has none left."""
    frame = read_extract(path).frame
    changed = change(frame)
    if changed.equals(frame):
        return False
    with _our_errors(path):
        if changed.is_empty():
            path.unlink(missing_ok=True)
            return True
        draft = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as to:
                to.write(encoded_like(path.read_bytes(), changed))
                to.flush()
                os.fsync(to.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return True


@contextmanager
def _our_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileUnwritable(str(path.parent), error.strerror or "it failed") from error
