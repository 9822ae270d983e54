"""How alarms stand, how they came to that, who must be told and who has taken note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stayline.domain.alarm_history import Acknowledgement, Standing, Transition


@dataclass(frozen=True, slots=True)
class Delivery:
    """One transition on its way to one channel; ``problem`` is what the last attempt met."""

    transition: Transition
    channel: str
    attempts: int
    next_at: datetime
    problem: str = ""


class AlarmBook(Protocol):
    """Keeps the standings, the transitions and what is still to be delivered."""

    def standings(self) -> dict[str, Standing]:
        """Return how each alarm stands, by its name."""
        ...

    def move(
        self,
        before: Standing | None,
        after: Standing,
        transition: Transition | None,
        channels: Sequence[str] = (),
    ) -> bool:
        """Keep a new standing, its transition and a delivery to each channel: all or none.

        False, and nothing is kept, where the alarm does not stand as ``before`` any more because
        somebody else evaluates it.
        """
        ...

    def history(self, alarm: str | None = None, *, limit: int = 100) -> list[Transition]:
        """Return transitions, newest first."""
        ...

    def undelivered(self) -> list[Delivery]:
        """Return what is still to be delivered, oldest transition first."""
        ...

    def take(self, delivery: Delivery, *, next_at: datetime) -> bool:
        """Count an attempt, due again then; False where somebody else makes it.

        Called before the attempt, so that one which dies is made again then.
        """
        ...

    def end(self, delivery: Delivery, *, at: datetime, problem: str = "") -> None:
        """Note that a delivery arrived, or with a problem that it is given up."""
        ...

    def failed(self, delivery: Delivery, *, problem: str) -> None:
        """Note why an attempt failed."""
        ...

    def given_up(self, *, limit: int = 100) -> list[Delivery]:
        """Return deliveries that were given up, newest transition first."""
        ...

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement."""
        ...

    def acknowledgements(self, alarm: str | None = None) -> list[Acknowledgement]:
        """Return acknowledgements, oldest first."""
        ...

    def purge(self, before: datetime) -> int:
        """Remove what was over by then; return how many transitions and acknowledgements went."""
        ...
