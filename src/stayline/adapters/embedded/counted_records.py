"""How many records captured files hold, counted once for as long as a file stays as it is."""

import os
import secrets
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from stayline.adapters.embedded.capture_hours import Hour
from stayline.formats.captured_ages import records_in

_AT_ONCE = 1 << 22
_HOUR = "%Y/%m/%d/%H/"
_SETTLED_NS = 2_000_000_000
"""Kernels before 6.13 stamp changes by a clock that stands still for milliseconds: what changed
just now may change once more without a trace."""


class _Counted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A file as it was when it was counted: whatever is written to it or put in its place shows."""

    inode: int
    size: int
    changed_ns: int
    records: int

    def is_of(self, status: os.stat_result) -> bool:
        now = status.st_ino, status.st_size, status.st_ctime_ns
        return now == (self.inode, self.size, self.changed_ns)


class CountedRecords:
    """Keeps the counts of files in the folders of hours in the file ``kept``.

    Whoever writes or removes lines need not know: a count stands for one very state of a file. What
    is kept tells nothing of a record; where it is missing, damaged or cannot be written, files are
    read again.
    """

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    def of(self, hours: Iterable[Hour]) -> int:
        """Return how many records all files of these hours hold."""
        known, settled = self._known(), time.time_ns() - _SETTLED_NS
        keep: dict[str, _Counted] = {}
        records = 0
        for hour in hours:
            began = f"{hour.began:{_HOUR}}"
            for name, status in _files(hour.folder):
                place = began + name
                counted = known.get(place)
                if counted is None or not counted.is_of(status):
                    counted = _counted(hour.folder / name, status)
                records += counted.records
                if status.st_ctime_ns < settled:
                    keep[place] = counted
        if keep != known:
            self._keep(keep)
        return records

    def _known(self) -> Mapping[str, _Counted]:
        with suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode(self._kept.read_bytes(), type=dict[str, _Counted])
        return {}

    def _keep(self, counts: Mapping[str, _Counted]) -> None:
        """Put the counts in place whole; those of a killed process are swept away."""
        with suppress(OSError):
            for draft in self._kept.parent.glob(f"{self._kept.name}.*"):
                draft.unlink(missing_ok=True)
            draft = self._kept.with_name(f"{self._kept.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as to:
                to.write(msgspec.json.encode(counts))
            draft.replace(self._kept)


def _files(folder: Path) -> list[tuple[str, os.stat_result]]:
    """Return the files of an hour, each as it is now."""
    found: list[tuple[str, os.stat_result]] = []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as there:
        for one in there:
            if one.name.endswith(".jsonl"):
                with suppress(FileNotFoundError):
                    found.append((one.name, one.stat()))
    return found


def _counted(path: Path, status: os.stat_result) -> _Counted:
    """Count a file that was looked at before it is read, so that a later change shows."""
    records = 0
    with suppress(FileNotFoundError), path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            records += records_in(block if block.endswith(b"\n") else block + file.readline())
    return _Counted(status.st_ino, status.st_size, status.st_ctime_ns, records)
