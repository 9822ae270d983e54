"""One run over everyone at a time; a killed process lets go at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stayline.errors import ScoringUnderWay, StoreUnavailable


@contextmanager
def scoring_alone(path: Path) -> Iterator[None]:
    """Hold the lock on a file, or raise `ScoringUnderWay` where another holds it."""
    try:
        lock = path.open("a")
    except OSError as error:
        raise StoreUnavailable(path.name, f"{error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ScoringUnderWay from None
        yield
