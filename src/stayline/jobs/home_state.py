"""What can be seen of a home from where it runs: open files, transport, texts for people."""

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path

from stayline.settings import Settings
from stayline.usecases.check_compliance.security import HomeState

_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_MAY_ENTER = stat.S_IXGRP | stat.S_IXOTH
_TEXTS = ("*.log", "*.txt", "*.prom")
_MOST_CHARACTERS = 10_000_000


def home_state(settings: Settings) -> HomeState:
    """Return the state of the home as it is now."""
    return HomeState(
        open_files=tuple(sorted(_open_files(settings.home, settings.home))),
        is_encrypted_in_transit=is_encrypted_in_transit(settings),
        texts=dict(_texts(settings.home)),
    )


def _open_files(folder: Path, home: Path) -> Iterator[str]:
    """Yield files that other accounts can reach and read; links are no files of their own."""
    if not folder.is_dir() or not folder.stat().st_mode & _OTHERS_MAY_ENTER:
        return
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _open_files(path, home)
        elif path.stat().st_mode & _OTHERS_MAY_READ:
            yield str(path.relative_to(home))


def is_encrypted_in_transit(settings: Settings) -> bool:
    """Whether what leaves the machine is encrypted, by itself or by the declared proxy.

    On loopback nothing leaves it.
    """
    if settings.tls_cert or settings.trusted_proxy:
        return True
    try:
        return ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host == "localhost"


def _texts(home: Path) -> Iterator[tuple[str, str]]:
    """Yield each file of words in the home: logs, notes, metrics."""
    for pattern in _TEXTS:
        for path in sorted(home.rglob(pattern)):
            if path.is_file() and not path.is_symlink():
                with path.open(encoding="utf-8", errors="replace") as file:
                    yield str(path.relative_to(home)), file.read(_MOST_CHARACTERS)
