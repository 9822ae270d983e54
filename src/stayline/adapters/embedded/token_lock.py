"""Who works with everybody's tokens for long, and who changes them: never both at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stayline.domain.token_keys import is_unfinished
from stayline.errors import RotationRefused, RotationUnderWay, StoreUnavailable
from stayline.ports.token_key_book import TokenKeyBook


@contextmanager
def steady(path: Path, book: TokenKeyBook | None) -> Iterator[None]:
    """Keep tokens as they are meanwhile; many may at once. Raises `RotationUnderWay`."""
    with _held(path, fcntl.LOCK_SH) as is_held:
        if not is_held:
            raise RotationUnderWay(was_cut_off=False)
        if book is not None and is_unfinished(book.history()):
            raise RotationUnderWay(was_cut_off=True)
        yield


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Change tokens alone. Raises `RotationRefused` while somebody needs them steady."""
    with _held(path, fcntl.LOCK_EX) as is_held:
        if not is_held:
            because = "an import, a training, a run over everyone or another rotation is at work"
            raise RotationRefused(because, "Try again once it has ended.")
        yield


@contextmanager
def _held(path: Path, how: int) -> Iterator[bool]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
