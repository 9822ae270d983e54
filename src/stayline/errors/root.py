"""What every error of ours is."""

from typing import Any


class StaylineError(Exception):
    """Anything Stayline refuses or cannot do; catch this to catch them all."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process with message and values; each class makes its own message."""
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(
    kind: type[StaylineError], words: tuple[object, ...], values: dict[str, object]
) -> StaylineError:
    error = kind.__new__(kind, *words)
    error.__dict__.update(values)
    return error
