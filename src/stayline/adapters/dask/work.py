"""What is sent to a worker of Dask, and what a worker says when it fails: nothing about people."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import stayline
from stayline.errors import ClusterWorkFailed, StaylineError
from stayline.ports.cluster import Part, Result, Shared

Value = TypeVar("Value")
_OURS = Path(stayline.__file__).parent


class Sealed(Generic[Value]):
    """A value that Dask cannot print: it writes what a failed task was given to its log."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "(sealed)"


def itself(sealed: Sealed[Value]) -> Sealed[Value]:
    """Return what was given; as a task it is made again when the workers that had it are lost."""
    return sealed


def done(
    function: Callable[[Part, Shared], Result], part: Sealed[Part], shared: Sealed[Shared]
) -> Result:
    """Return what the function makes of a part; a fault loses the words that may quote data."""
    try:
        return function(part.value, shared.value)
    except StaylineError as error:
        raise error.with_traceback(None) from None
    except Exception as error:
        raise ClusterWorkFailed(function.__name__, _where(error)) from None


def _where(error: Exception) -> str:
    """Say which kind of error it was and which line of Stayline met it last."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(_OURS) and file != Path(__file__):
            return f"{type(error).__name__} at {file.relative_to(_OURS.parent)}:{frame.lineno}"
    return type(error).__name__
