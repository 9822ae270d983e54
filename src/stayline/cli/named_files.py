"""Files that somebody names on the command line: read and written, or refused in words."""

from collections.abc import Mapping
from pathlib import Path


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; raises `FileUnreadable`."""
    from stayline.errors import FileUnreadable

    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise FileUnreadable(str(path), _reason(error)) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file into a folder that exists; raises `FileUnwritable`."""
    from stayline.errors import FileUnwritable

    try:
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        raise FileUnwritable(str(path), _reason(error)) from error


def write_files(folder: Path, files: Mapping[str, bytes], *, mode: int = 0o777) -> None:
    """Write files by their relative paths, and make the folder; raises `FileUnwritable`.

    ``mode`` is that of a folder that was not there.
    """
    from stayline.errors import FileUnwritable

    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(mode=mode, parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise FileUnwritable(str(path.parent), _reason(error)) from error
        write_file(path, content)


def _reason(error: Exception) -> str:
    told = error.strerror if isinstance(error, OSError) else None
    return told or str(error)
