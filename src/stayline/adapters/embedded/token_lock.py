"""Who works with everybody's tokens for long, and who changes them: never both at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.domain.token_keys import is_unfinished
from stayline.errors import RotationRefused, RotationUnderWay, StoreUnavailable
from stayline.ports.token_key_book import TokenKeyBook

_NAME = "tokens"


@contextmanager
def steady(path: Path, book: TokenKeyBook | None, shared: SharedLocks | None) -> Iterator[None]:
    """Keep tokens as they are meanwhile; many may at once. Raises `RotationUnderWay`."""
    with _held(path, shared, is_shared=True) as is_held:
        if not is_held:
            raise RotationUnderWay(was_cut_off=False)
        if book is not None and is_unfinished(book.history()):
            raise RotationUnderWay(was_cut_off=True)
        yield


@contextmanager
def changing(path: Path, shared: SharedLocks | None) -> Iterator[None]:
    """Change tokens alone. Raises `RotationRefused` while somebody needs them steady."""
    with _held(path, shared, is_shared=False) as is_held:
        if not is_held:
            because = "an import, a training, a run over everyone or another rotation is at work"
            raise RotationRefused(because, "Try again once it has ended.")
        yield


@contextmanager
def _held(path: Path, shared: SharedLocks | None, *, is_shared: bool) -> Iterator[bool]:
    """Hold the lock of the home, and the one of all gateways that share its database."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if shared is None:
            yield True
            return
        with shared.held(_NAME, is_shared=is_shared) as is_held:
            yield is_held
