"""Where the report of a window stands: one for all versions that answered in it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from stayline.domain.monitoring import Watched
from stayline.errors import ReportUnreadable, UnknownReport
from stayline.formats.watched_form import FILE, decode_watched
from stayline.ports.report_shelf import ReportShelf

REPORT = "watch"
"""What the reports of windows are called; each stands under the end of its window."""
BY_HAND = "watch-by-hand"
"""What the reports are called of windows that somebody chose, which are in no row of windows."""
PAGE = "watch.html"
MOST_WINDOWS = 60
"""How many windows a page looks back on."""


def watched_windows(
    reports: ReportShelf, before: datetime | None = None, *, name: str = REPORT
) -> list[Watched]:
    """Return what was found in the newest 60 windows (that ended before a time), oldest first.

    A window that several versions answered in is there once for each.
    """
    times = [at for at in reports.times(name) if before is None or at < before]
    found = []
    for at in times[-MOST_WINDOWS:]:
        with suppress(UnknownReport):  # purged meanwhile
            files = reports.get(name, at)
            for file in sorted(files, key=lambda file: (file != FILE, file)):
                if file == FILE or file.endswith(f"-{FILE}"):
                    with suppress(ReportUnreadable):  # of a newer version
                        found.append(decode_watched(files[file]))
    return found


def newest_windows(reports: ReportShelf, most: int = MOST_WINDOWS) -> list[Watched]:
    """Return what was found of the first version in the newest windows, oldest first.

    That is the deployed one, unless only another answered. Nothing but the figures is read.
    """
    found = []
    for at in reports.times(REPORT)[-most:]:
        with suppress(UnknownReport, ReportUnreadable):  # purged meanwhile, or of a newer version
            found.append(decode_watched(reports.file(REPORT, at, FILE)))
    return found


def window_files(
    reports: ReportShelf, end: datetime | None = None, *, name: str = REPORT
) -> Mapping[str, bytes]:
    """Return the files of the window that ended then (None: of the newest); see `UnknownReport`."""
    times = reports.times(name)
    if end is None and times:
        end = times[-1]
    if end is None:
        raise UnknownReport(name, None)
    return reports.get(name, end)


def all_files(versions: Sequence[tuple[Watched, Mapping[str, bytes]]]) -> dict[str, bytes]:
    """Return one report's files; those of a second version begin with ``version-N-``."""
    files: dict[str, bytes] = {}
    for place, (watched, some) in enumerate(versions):
        prefix = f"version-{watched.model_version}-" if place else ""
        files |= {prefix + name: content for name, content in some.items()}
    return files
