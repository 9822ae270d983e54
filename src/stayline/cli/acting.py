"""As whom the command under way acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stayline.domain.callers import Caller
    from stayline.domain.roles import Operation

_CALLER: "ContextVar[Caller | None]" = ContextVar("caller", default=None)


def signed_in() -> str | None:
    """Return the subject of who has signed in; None where nobody has to."""
    caller = _CALLER.get()
    return None if caller is None else caller.subject


def may(operation: "Operation") -> bool:
    """Whether who runs the command may also do this; anybody may where nobody has to sign in."""
    caller = _CALLER.get()
    return caller is None or caller.may(operation)


@contextmanager
def acting_as(caller: "Caller | None") -> Iterator[None]:
    """Let a block act as somebody who has signed in."""
    before = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(before)
