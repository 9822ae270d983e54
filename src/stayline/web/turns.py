"""Short requests that come together, collected and answered together."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

from stayline.web.calls import Answer, Call

PATIENCE = 0.2
"""The share of the time their last answers took that callers are waited for."""
LEAST_WAIT_S, LONGEST_WAIT_S = 0.0001, 0.0005
_log = logging.getLogger(__name__)


class Lane(Protocol):
    """Answers short requests at once; no method may raise or wait."""

    @property
    def together(self) -> int:
        """How many calls may be answered at once; 1 where they share nothing."""
        ...

    def takes(self, path: str) -> bool:
        """Whether short requests to this address may be answered here."""
        ...

    def accepts(self, call: Call) -> bool:
        """Whether this one is, and not left to the framework."""
        ...

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers to accepted calls, in their order."""
        ...

    def settle(self) -> None:
        """Do what need not be done before the answers are out."""
        ...


class NoLane:
    """Leaves every request to the framework."""

    together = 1

    def takes(self, _: str) -> bool:
        """Whether short requests are answered here: none is."""
        return False

    def accepts(self, _: Call) -> bool:
        """Whether this one is."""
        return False

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return nothing, since nothing is accepted."""
        return []

    def settle(self) -> None:
        """Do nothing."""


class Turn:
    """Collects the short requests that one turn of the event loop reads, to answer them together.

    What each call would cost alone, such as a read of a table or a write to a file, they share.
    Callers that were answered together mostly come back together: until as many are here as last
    time the others wait for them, if the loop has nothing else to do. How soon they can be back
    depends on the machine as our own speed does, so the wait goes by that: `PATIENCE` of the time
    it took to answer, between `LEAST_WAIT_S` and `LONGEST_WAIT_S`.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: list[tuple[Call, Callable[[Answer | None], None]]] = []
        self._last_time = 1
        self._patience_s = LEAST_WAIT_S
        self._until = 0.0
        self._is_looking = False

    def add(self, call: Call, tell: Callable[[Answer | None], None]) -> None:
        """Answer the call at the end of this turn; ``tell`` is handed the answer.

        It is handed None when there is none, which only a defect of the lane makes.
        """
        if not self._waiting:
            self._until = monotonic() + self._patience_s
        self._waiting.append((call, tell))
        if len(self._waiting) >= self._lane.together:
            self.end()
        elif not self._is_looking:
            self._is_looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def end(self) -> None:
        """Answer all that wait now."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._last_time = len(waiting)
        began = monotonic()
        answers: Sequence[Answer | None] = [None] * len(waiting)
        try:
            answers = self._lane.answers([call for call, _ in waiting])
        except Exception as error:
            _log.error("%d calls got no answer: %s.", len(waiting), type(error).__name__)
        for (_, tell), answer in zip(waiting, answers, strict=True):
            tell(answer)
        asyncio.get_running_loop().call_soon(self._lane.settle)  # the loop sends answers first
        took = monotonic() - began
        self._patience_s = min(max(LEAST_WAIT_S, PATIENCE * took), LONGEST_WAIT_S)

    def _look(self) -> None:
        self._is_looking = False
        if not self._waiting:
            return
        if len(self._waiting) < self._last_time and monotonic() < self._until:
            self._is_looking = True
            asyncio.get_running_loop().call_soon(self._look)
        else:
            self.end()
