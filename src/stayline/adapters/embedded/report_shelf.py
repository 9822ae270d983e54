"""The report shelf as folders: ``NAME/TIME/`` holds the files of one report."""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.errors import StoreUnavailable, UnknownReport
from stayline.formats.report_names import (
    check_report_names,
    is_report_file,
    is_report_name,
    read_report_time,
    report_time,
)

_FORMER = ".former"


class FolderReportShelf:
    """Keeps a folder per report, for the owner only.

    A report is written beside its place, synced, and renamed: after a crash the former one or the
    new one is there, whole. Names are letters, digits, hyphens and underscores; those of files may
    have dots, too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks = FolderLocks(folder)

    def put(self, name: str, at: datetime, files: Mapping[str, bytes]) -> None:
        """Keep a report; raises `ValueError` for a name that no file may have."""
        check_report_names(name, files)
        place = self._folder / name / report_time(at)
        with self._locks.writing(), _told():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sweep(place.parent)
            draft = place.with_name(f".{secrets.token_hex(8)}")
            _write(draft, files)
            with self._locks.sweeping():
                _exchange(draft, place)
            _sync(place.parent)

    def get(self, name: str, at: datetime) -> Mapping[str, bytes]:
        """Return the files of a report, by name."""
        with self._kept(name, at) as place:
            return {file.name: file.read_bytes() for file in sorted(place.iterdir())}

    def file(self, name: str, at: datetime, file: str) -> bytes:
        """Return one file."""
        with self._kept(name, at) as place:
            if not is_report_file(file) or not (place / file).is_file():
                raise UnknownReport(name, at, file)
            return (place / file).read_bytes()

    def times(self, name: str) -> list[datetime]:
        """Return the times of the reports of that name."""
        if not is_report_name(name):
            return []
        with self._locks.reading():
            return sorted(self._places(name))

    def purge(self, name: str, before: datetime) -> int:
        """Remove reports; each goes in one move."""
        if not is_report_name(name):
            return 0
        with self._locks.writing(), self._locks.sweeping(), _told():
            old = {at: place for at, place in self._places(name).items() if at < before}
            for at in old:
                place = self._folder / name / report_time(at)
                for path in (place.with_name(place.name + _FORMER), place):
                    _remove(path)
        return len(old)

    def names(self) -> list[str]:
        """Return the names of which a report is kept."""
        with self._locks.reading():
            return sorted(path.name for path in self._folder.glob("*") if self._places(path.name))

    @contextmanager
    def _kept(self, name: str, at: datetime) -> Iterator[Path]:
        with self._locks.reading():
            usual = self._folder / name / report_time(at)
            places = (usual, usual.with_name(usual.name + _FORMER)) if is_report_name(name) else ()
            place = next((one for one in places if one.is_dir()), None)
            if place is None:
                raise UnknownReport(name, at)
            with _told():
                yield place

    def _places(self, name: str) -> dict[datetime, Path]:
        """Return where each report lies: at its place, or as the former one after a crash."""
        found: dict[datetime, Path] = {}
        for path in sorted((self._folder / name).glob("[0-9]*")):
            at = read_report_time(path.name.removesuffix(_FORMER))
            if at is not None and path.is_dir():
                found.setdefault(at, path)
        return found


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=0o700)
    for name, content in files.items():
        descriptor = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync(folder)


def _exchange(draft: Path, place: Path) -> None:
    """Put the draft in its place; the former report is found until the new one is there."""
    former = place.with_name(place.name + _FORMER)
    if place.exists():
        _remove(former)
        place.rename(former)
    draft.rename(place)
    _remove(former)


def _sweep(folder: Path) -> None:
    """Remove what killed writers left."""
    for path in folder.glob(".*"):
        shutil.rmtree(path)


def _remove(folder: Path) -> None:
    doomed = folder.with_name(f".{secrets.token_hex(8)}")
    if folder.exists():
        folder.rename(doomed)
        shutil.rmtree(doomed)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable("The report shelf", f"{error.strerror}.") from error
