"""One writer at a time, among machines that share the tables."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from stayline.errors import StoreRefused, StoreUnavailable

BEAT_S = 2.0
"""How often a writer says that it is alive."""
DEAD_AFTER_S = 10.0
"""For how long the same beat is seen until its writer is taken to be dead."""
PATIENCE_S = 25.0
"""How long one waits for others, within the 29 seconds that API Gateway gives a request."""
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """Whose turn it is, and how often that writer has said that it is alive."""

    holder: str
    beat: int = 0


class TurnNote(Protocol):
    """The one note of whose turn it is, where all writers see it."""

    def seen(self) -> Held | None:
        """Return what it says now; None while it is nobody's turn."""
        ...

    def swap(self, before: Held | None, after: Held | None) -> bool:
        """Let it say something else where it says ``before``; return whether it did."""
        ...


class WriterLease:
    """Keeps writers in turn; a killed one is passed over when its beat stands still.

    No clock is compared with another machine's: each counts for how long it sees the same beat. It
    keeps order, not safety: a writer that was paused for longer, and goes on, fails at its commit,
    which the table refuses to whoever began on an older version. Readers wait for nobody.
    """

    def __init__(self, note: TurnNote) -> None:
        self._note = note

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait until nobody else writes; raises `StoreUnavailable` when that takes too long."""
        held = self._taken()
        done = threading.Event()
        beats = [held]
        beating = threading.Thread(target=self._beat, args=(beats, done), daemon=True)
        beating.start()
        try:
            yield
        finally:
            done.set()
            beating.join()
            self._give_up(beats[-1])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Go ahead: a reader whose file is swept away reads again."""
        yield

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Go ahead, for the same reason."""
        yield

    def _taken(self) -> Held:
        mine, began = Held(uuid4().hex), time.monotonic()
        seen, since = None, began
        while (now := time.monotonic()) - began < PATIENCE_S:
            other = self._note.seen()
            if other != seen:
                seen, since = other, now
            is_free = other is None or now - since > DEAD_AFTER_S
            if is_free and self._note.swap(other, mine):
                return mine
            time.sleep(_LOOK_EVERY_S)
        raise StoreUnavailable("The feature store", "others have been writing for too long.")

    def _beat(self, beats: list[Held], done: threading.Event) -> None:
        while not done.wait(BEAT_S):
            later = replace(beats[-1], beat=beats[-1].beat + 1)
            with suppress(StoreRefused, StoreUnavailable):  # the next beat may get through
                if not self._note.swap(beats[-1], later):
                    return
                beats[:] = [later]

    def _give_up(self, held: Held) -> None:
        with suppress(StoreRefused, StoreUnavailable):  # then its beat stands still
            self._note.swap(held, None)
