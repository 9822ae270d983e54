"""Files that hold one key each, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from stayline.errors import SettingRefused

Stamp = tuple[int, int, int]


def create_key(path: Path, text: bytes) -> None:
    """Write a key whole, then name it; of two processes at once the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def stamp(path: Path) -> Stamp | None:
    """Return what changes whenever the file does; None without a file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if found.st_mode & 0o077:
        raise SettingRefused(str(path), "readable by others", "mode 0600 (run `chmod 600` on it)")
    return found.st_ino, found.st_mtime_ns, found.st_size
