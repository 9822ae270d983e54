"""Backups that have outlived what they hold: they are named, and removed by a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stayline.domain.retention import age_days


@dataclass(frozen=True, slots=True)
class OldBackup:
    """A file or folder in a folder of backups; ``age_days`` is None for a folder not found."""

    path: str
    age_days: float | None


def old_backups(folders: Sequence[str], before: datetime, now: datetime) -> Iterator[OldBackup]:
    """Yield what lies in the folders and was last changed before a time, or that one is missing."""
    for folder in map(Path, folders):
        if not folder.is_dir():
            yield OldBackup(str(folder), None)
            continue
        for path in sorted(folder.iterdir()):
            changed = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            if changed < before:
                yield OldBackup(str(path), age_days(changed, now))
