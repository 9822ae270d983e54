"""Files that hold rows of an extract, and may not stay for good."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from stayline.errors import FileUnwritable


def purge_files(folders: Iterable[Path], before: datetime) -> int:
    """Remove the folders' own files that came there before that time; return how many went.

    When a file came is told by its last change of status, which moving it sets and no copying tool
    can set back. Links and folders are left alone, and a folder that is not there has no files.
    Raises `FileUnwritable`.
    """
    return sum(_purged(folder, before) for folder in folders)


def _purged(folder: Path, before: datetime) -> int:
    try:
        old = [
            path
            for path in (folder.iterdir() if folder.is_dir() else ())
            if path.is_file()
            and not path.is_symlink()
            and path.stat().st_ctime < before.timestamp()
        ]
        for path in old:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FileUnwritable(str(folder), error.strerror or "it failed") from error
    return len(old)
