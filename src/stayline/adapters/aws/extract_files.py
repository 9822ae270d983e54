"""Copies of extracts in S3."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path, PurePosixPath

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.record_bucket import Change, Found, RecordBucket
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.errors import ExtractUnreadable
from stayline.formats.extract_rows import encoded_like, may_hold, names_one_of, without_people
from stayline.ports.aged_records import NOBODY
from stayline.ports.directory import Directory
from stayline.ports.extract_files import IdColumns

WAITING = "extracts/waiting/"
AGED = ("extracts/done/", "extracts/refused/", "extracts/rejects/")
Rows = Callable[[pl.DataFrame], pl.DataFrame]


class S3ExtractFiles:
    """Looks at the objects under ``extracts/``: waiting, done, refused, and rejected rows.

    Each is exchanged as it was read, so a file put anew under the same name meanwhile is looked at
    again. When a file came is told by S3, and anew when rows were taken out of it.
    """

    CALLS = frozenset(
        {
            "s3.delete_object",
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients, directory: Directory) -> None:
        bucket = clients.resources.data_bucket
        self._bucket = RecordBucket(clients, bucket, "the store of extracts")
        self._directory = directory

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the files are; each counts as one."""
        hr_ids = self._hr_ids(held)
        files = list(self._files(AGED))
        old = [file for file in files if file.modified < before]
        due = [file.modified for file in old if not self._names_any(file.key, hr_ids)]
        oldest = min((file.modified for file in files), default=None)
        return Ages(len(files), oldest, len(due), max(due, default=None), len(old) - len(due))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove the files that came there before; of one with people held, only others' rows."""
        hr_ids = self._hr_ids(held)
        old = [file.key for file in self._files(AGED) if file.modified < before]
        gone = 0
        for key in old:
            if self._names_any(key, hr_ids):
                self._rewrite(key, lambda rows: rows.filter(names_one_of(rows, hr_ids)))
            else:
                gone += self._bucket.rewrite(key, _only_as_first_seen())
        self._purge_former(AGED)
        return gone

    def erase(self, hr_ids: Collection[str], columns: IdColumns | None) -> int:
        """Take these people's rows out of every file."""
        those = frozenset(hr_ids)
        person, manager = (columns.person, columns.manager) if columns else (None, None)

        def without(rows: pl.DataFrame) -> pl.DataFrame:
            return without_people(rows, those, person=person, manager=manager)

        folders = (*AGED, WAITING)
        keys = [file.key for file in self._files(folders)]
        with_them = [key for key, body in self._bucket.bodies(keys) if may_hold(body, those)]
        changed = sum(self._rewrite(key, without, removes_unreadable=True) for key in with_them)
        self._purge_former(folders)
        return changed

    def _hr_ids(self, tokens: AbstractSet[EmployeeToken]) -> frozenset[str]:
        return frozenset(one.hr_id for one in self._directory.find_all(sorted(tokens)).values())

    def _files(self, folders: Sequence[str]) -> Iterator[Found]:
        return (file for folder in folders for file in self._bucket.found(folder))

    def _purge_former(self, folders: Sequence[str]) -> None:
        for folder in folders:
            self._bucket.purge_former(folder)

    def _names_any(self, key: str, hr_ids: AbstractSet[str]) -> bool:
        """Whether a file holds a row with one of these ids; one that cannot be read may."""
        content = self._bucket.get(key) if hr_ids else None
        if content is None or not may_hold(content, hr_ids):
            return False
        try:
            frame = _frame(key, content)
        except ExtractUnreadable:
            return True
        return frame.filter(names_one_of(frame, hr_ids)).height > 0

    def _rewrite(self, key: str, change: Rows, *, removes_unreadable: bool = False) -> bool:
        """Put other rows in a file's place, or remove it when none stay; return if it changed."""

        def changed(old: bytes | None) -> tuple[bytes | None, bool]:
            if old is None:
                return None, False
            try:
                before = _frame(key, old)
            except ExtractUnreadable:
                return (None, True) if removes_unreadable else (old, False)
            after = change(before)
            if after.equals(before):
                return old, False
            return (None if after.is_empty() else encoded_like(old, after)), True

        return self._bucket.rewrite(key, changed)


def _only_as_first_seen() -> Change[bool]:
    """Return the removal of a file, but not of what comes under its name meanwhile."""
    seen: list[bytes | None] = []

    def removed(content: bytes | None) -> tuple[bytes | None, bool]:
        seen.append(content)
        return (None, content is not None) if content == seen[0] else (content, False)

    return removed


def _frame(key: str, content: bytes) -> pl.DataFrame:
    """Return the rows of a file, which is laid on this machine's disk while it is read."""
    from stayline.formats.extract import read_extract  # NumPy, for files alone

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "extract").with_suffix(PurePosixPath(key).suffix)
        path.write_bytes(content)
        return read_extract(path).frame
