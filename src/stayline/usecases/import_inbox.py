"""Import the extracts that somebody has dropped into a folder, each once and whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from stayline.domain.import_report import ImportReport
from stayline.errors import (
    ExtractUnreadable,
    ExtractUnsettled,
    FileUnwritable,
    SchemaMismatch,
)
from stayline.ports.clock import Clock

SETTLED = timedelta(minutes=1)
"""A file that has not changed for so long is taken to be whole."""
DONE, REFUSED = "done", "refused"
REASON = ".reason.txt"
_UNDER_WAY = (".tmp", ".part", ".partial", ".crdownload")


@dataclass(frozen=True, slots=True)
class InboxReport:
    """What became of the files: rows are counted over all that were imported.

    ``lying`` are refused files that still wait for somebody to look at them, older ones included.
    """

    imported: int = 0
    landed: int = 0
    rejected: int = 0
    refused: int = 0
    unsettled: int = 0
    lying: int = 0

    def words(self) -> str:
        """Tell it without a file's name, which may be a person's."""
        if not self.imported and not self.refused:
            told = ["No new extract in the inbox."]
        else:
            told = [
                f"{self.imported} extract(s) imported: {self.landed:,} rows landed, "
                f"{self.rejected:,} rejected; {self.refused} refused."
            ]
        if self.lying:
            told.append(f"{self.lying} refused extract(s) wait in the inbox's folder {REFUSED!r}.")
        return " ".join(told)


def import_inbox(
    inbox: Path, *, import_extract: Callable[[Path], ImportReport], clock: Clock
) -> InboxReport:
    """Return what became of the folder's files, which are taken oldest first.

    An imported file goes to ``done`` inside it, one that is no extract of this workforce to
    ``refused``, with the reason beside it. One that is still being written is left where it is, and
    when all others are done `ExtractUnsettled` is raised, so that somebody comes back for it. Any
    other error leaves its file in place, too; killed between import and move, the next run finds
    that the file changes nothing and moves it. Raises `FileUnwritable` for a folder that is not
    ours.
    """
    tally = {"imported": 0, "landed": 0, "rejected": 0, "refused": 0, "unsettled": 0}
    for path in _waiting(inbox):
        before = _state(path)
        if not _is_settled(before, clock.now()):
            tally["unsettled"] += 1
            continue
        report = _report_or_reason(path, import_extract)
        if _state(path) != before:
            tally["unsettled"] += 1
        elif isinstance(report, str):
            moved = _moved(path, inbox / REFUSED, clock.now())
            _write(moved.with_name(moved.name + REASON), report)
            tally["refused"] += 1
        else:
            _moved(path, inbox / DONE, clock.now())
            tally["imported"] += 1
            tally["landed"] += report.landed
            tally["rejected"] += report.rejected
    result = InboxReport(**tally, lying=_lying(inbox / REFUSED))
    if result.unsettled:
        raise ExtractUnsettled(result.unsettled, result.words())
    return result


def _waiting(inbox: Path) -> list[Path]:
    """Return the files that may be extracts, oldest first; links and hidden files are none."""
    try:
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = [
            (path.stat().st_mtime_ns, path.name, path)
            for path in inbox.iterdir()
            if path.is_file()
            and not path.is_symlink()
            and not path.name.startswith(".")
            and not path.name.lower().endswith(_UNDER_WAY)
        ]
    except OSError as error:
        raise FileUnwritable(str(inbox), error.strerror or "it failed") from error
    return [path for _, _, path in sorted(found)]


def _report_or_reason(
    path: Path, import_extract: Callable[[Path], ImportReport]
) -> ImportReport | str:
    """Return what was imported, or why nothing can be."""
    try:
        return import_extract(path)
    except (ExtractUnreadable, SchemaMismatch) as refusal:
        return f"{refusal}\n"


def _state(path: Path) -> tuple[int, int]:
    """Return a file's size and when it changed last, which no copying tool can set back."""
    try:
        found = path.stat()
    except OSError as error:
        raise FileUnwritable(str(path.parent), error.strerror or "it failed") from error
    return found.st_size, found.st_ctime_ns


def _is_settled(state: tuple[int, int], now: datetime) -> bool:
    """Whether it has not changed for a while; a change in the far future is from another clock."""
    return abs(now.timestamp() - state[1] / 1e9) >= SETTLED.total_seconds()


def _moved(path: Path, folder: Path, now: datetime) -> Path:
    """Move a file; one of the same name from another day is not replaced."""
    moved = folder / path.name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if moved.exists():
            moved = folder / f"{now:%Y%m%dT%H%M%S%f}-{path.name}"
        path.rename(moved)
    except OSError as error:
        raise FileUnwritable(str(folder), error.strerror or "it failed") from error
    return moved


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise FileUnwritable(str(path.parent), error.strerror or "it failed") from error


def _lying(refused: Path) -> int:
    if not refused.is_dir():
        return 0
    return sum(not path.name.endswith(REASON) for path in refused.iterdir() if path.is_file())
