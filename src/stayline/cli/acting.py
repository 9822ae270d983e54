"""As whom the command under way acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SUBJECT: ContextVar[str | None] = ContextVar("subject", default=None)


def signed_in() -> str | None:
    """Return the subject of who has signed in; None where nobody has to."""
    return _SUBJECT.get()


@contextmanager
def acting_as(subject: str | None) -> Iterator[None]:
    """Let a block act as somebody who has signed in."""
    before = _SUBJECT.set(subject)
    try:
        yield
    finally:
        _SUBJECT.reset(before)
