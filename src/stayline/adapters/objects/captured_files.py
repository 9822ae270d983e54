"""Objects of captured lines: ``VARIANT/yyyy/mm/dd/hh/NAME.jsonl`` below a folder, by hour."""

import heapq
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath

from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.formats.capture_blocks import folder_hour, hour_folder

GATEWAY = "gateway"
"""Where the variant stands of lines that are of none, or of several."""
_LEVELS = 4


@dataclass(frozen=True, slots=True, order=True)
class CapturedFile:
    """An object of captured lines; by hour, and there by name, which begins with the minute."""

    hour: datetime
    name: str
    key: str

    @property
    def batch(self) -> str:
        """What the parts of one shipped file have in common: the name up to its last hyphen."""
        return self.name.rpartition("-")[0]


class CapturedFiles:
    """Finds the objects without listing more than a window or a limit asks for.

    Keys sort by time within a variant, and variants are merged.
    """

    def __init__(self, bucket: RecordBucket, folder: str) -> None:
        self._bucket = bucket
        self._folder = folder

    def bodies(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        without: AbstractSet[str] = frozenset(),
    ) -> Iterator[tuple[CapturedFile, bytes]]:
        """Yield the objects of the hours that overlap a window, by hour and name, lines whole.

        Those of the batches ``without`` are left out.
        """
        each = (self._of_variant(folder, start, end) for folder in self._variants())
        keys = (file.key for file in heapq.merge(*each) if file.batch not in without)
        for key, body in self._bucket.bodies(keys):
            file = _file(key)
            if file is not None and body:
                yield file, body if body.endswith(b"\n") else body + b"\n"

    def newest_first(self) -> Iterator[list[CapturedFile]]:
        """Yield the objects of each hour, the newest first, looking no further than the caller."""
        each = (self._hours_backwards(folder) for folder in self._variants())
        merged = heapq.merge(*each, key=itemgetter(0), reverse=True)
        for _, hours in groupby(merged, key=itemgetter(0)):
            keys = (key for _, folder in hours for key in self._bucket.keys(folder))
            yield sorted(filter(None, map(_file, keys)), reverse=True)

    def foreign(self) -> Iterator[str]:
        """Yield the keys that are of no hour."""
        return (key for key in self._bucket.keys(self._folder) if _file(key) is None)

    def _variants(self) -> list[str]:
        return self._bucket.folders(self._folder)

    def _of_variant(
        self, folder: str, start: datetime | None, end: datetime | None
    ) -> Iterator[CapturedFile]:
        after = "" if start is None else folder + hour_folder(start)
        for key in self._bucket.keys(folder, after=after):
            file = _file(key)
            if file is not None and end is not None and file.hour >= end:
                return
            if file is not None:
                yield file

    def _hours_backwards(
        self, folder: str, levels: int = _LEVELS
    ) -> Iterator[tuple[datetime, str]]:
        if levels:
            for inner in reversed(self._bucket.folders(folder)):
                yield from self._hours_backwards(inner, levels - 1)
        elif (hour := folder_hour(PurePosixPath(folder))) is not None:
            yield hour, folder


def _file(key: str) -> CapturedFile | None:
    path = PurePosixPath(key)
    hour = folder_hour(path.parent) if path.suffix == ".jsonl" else None
    return None if hour is None else CapturedFile(hour, path.name, key)
