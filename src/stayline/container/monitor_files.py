"""The files that a monitoring job may read, and a count of those that it may not."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from stayline.container.monitor_options import TIMES, checked_window
from stayline.domain.capture import CaptureBlock
from stayline.domain.monitoring import Window
from stayline.errors import ProgramInputRefused
from stayline.formats.capture_blocks import HOUR, file_blocks, folder_hour

LINK = "symbolic link"
UNREADABLE_FILE = "unreadable file"
UNREADABLE_FOLDER = "unreadable folder"


class CapturedFiles:
    """The captured files below a folder, at any depth, by hour and name.

    Links are not followed, since they may lead anywhere; a file or folder that cannot be read is
    passed over. ``faults`` counts both.
    """

    def __init__(self, folder: Path) -> None:
        self.faults = Counter[str]()
        self._folder = folder
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            raise ProgramInputRefused(
                str(folder), "a folder of captured files that may be read (`dataset_source`)"
            )
        self._files = sorted(
            (hour, path)
            for path in files_below(folder, self.faults)
            if path.suffix == ".jsonl" and (hour := folder_hour(path.parent)) is not None
        )

    def extent(self) -> Window:
        """Return the time from the first hour to the end of the last."""
        if not self._files:
            raise ProgramInputRefused(TIMES, "both, since there is no captured hour to tell them")
        first, last = self._files[0][0], self._files[-1][0]
        try:
            return checked_window(first, last + HOUR)
        except OverflowError:
            raise ProgramInputRefused(TIMES, "both, since an hour is at the end of time") from None

    def blocks(self, window: Window) -> Iterator[CaptureBlock]:
        """Yield the lines of every hour that overlaps the window."""
        from_hour = window.start.replace(minute=0, second=0, microsecond=0)
        for hour, path in self._files:
            if from_hour <= hour < window.end:
                yield from self._of_file(hour, path)

    def _of_file(self, hour: datetime, path: Path) -> Iterator[CaptureBlock]:
        try:
            yield from file_blocks(path, path.relative_to(self._folder).as_posix(), hour)
        except OSError:
            self.faults[UNREADABLE_FILE] += 1


def files_below(folder: Path, faults: Counter[str]) -> Iterator[Path]:
    """Yield every regular file below a folder, if it is there, that is not hidden."""

    def count_folder(_: OSError) -> None:
        faults[UNREADABLE_FOLDER] += 1

    if not folder.is_dir():
        return
    for place, folders, names in os.walk(folder, onerror=count_folder):
        folders.sort()
        faults[LINK] += sum(Path(place, name).is_symlink() for name in folders)
        for name in sorted(names):
            path = Path(place, name)
            if path.is_symlink():
                faults[LINK] += 1
            elif path.is_file() and not name.startswith("."):
                yield path
