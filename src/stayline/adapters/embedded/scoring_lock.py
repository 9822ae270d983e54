"""One run over everyone at a time; a killed process lets go at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from stayline.adapters.embedded.shared_locks import SharedLocks, is_shared_by_gateways
from stayline.errors import ScoringUnderWay, StoreUnavailable

_NAME = "scoring"


@contextmanager
def scoring_alone(engine: sa.Engine) -> Iterator[None]:
    """Hold the lock of a database's scores, or raise `ScoringUnderWay` where another holds it."""
    is_shared = is_shared_by_gateways(engine)
    held = SharedLocks(engine).held(_NAME) if is_shared else _file(engine)
    with held as is_held:
        if not is_held:
            raise ScoringUnderWay
        yield


@contextmanager
def _file(engine: sa.Engine) -> Iterator[bool]:
    path = Path(engine.url.database or "state.db").with_name(f"{_NAME}.lock")
    try:
        lock = path.open("a")
    except OSError as error:
        raise StoreUnavailable(path.name, f"{error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
