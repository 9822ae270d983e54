"""What a database told last, believed for a while where its server is away."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

from stayline.errors import DatabaseAway

BELIEVED_S = 300.0
"""How long after it was told an answer stands in; docs/decisions/0043 says for which questions."""
_MOST = 10_000
_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


class LastKnown(Generic[_Key, _Answer]):
    """Answers of the database by what was asked; safe to use from several threads.

    Whoever may ask for anything at all, as strangers may, must not have the answers kept.
    """

    def __init__(self, *, believed_s: float = BELIEVED_S) -> None:
        self._believed_s = believed_s
        self._told: dict[_Key, tuple[_Answer, float]] = {}

    def keep(self, key: _Key, answer: _Answer) -> None:
        """Remember what the database has just told."""
        if len(self._told) >= _MOST:
            self._told = {}
        self._told[key] = answer, monotonic()

    def asked(self, key: _Key, ask: Callable[[], _Answer]) -> _Answer:
        """Return the answer, or the last one while the server is away; raises `DatabaseAway`."""
        try:
            return ask()
        except DatabaseAway:
            told = self._told.get(key)
            if told is None:
                raise
            answer, told_at = told
            if monotonic() - told_at >= self._believed_s:
                raise
            return answer
