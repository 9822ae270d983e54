"""People who oversee scores, and how the stop switch was tried."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OverseerTraining:
    """Somebody was trained, and given the authority, to act on scores.

    ``subject`` is the overseer's sign-in subject; valid in ``[valid_from, valid_until)``.
    """

    subject: str
    course: str
    authority: str
    valid_from: datetime
    valid_until: datetime

    def is_valid_at(self, instant: datetime) -> bool:
        """Whether it covers an instant."""
        return self.valid_from <= instant < self.valid_until


@dataclass(frozen=True, slots=True)
class StopDrill:
    """Scoring was stopped to see that it stops: how long that took, what was served after it.

    ``subject`` is the drill's id.
    """

    subject: str
    stopped_at: datetime
    refused_from: datetime
    resumed_at: datetime
    scores_served_while_off: int


@dataclass(frozen=True, slots=True)
class HrEvent:
    """Something that HR did about a person: discipline, pay, dismissal, promotion.

    ``subject`` is the person's token.
    """

    subject: str
    event: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OversightReview:
    """Somebody's decisions (``subject`` is the decider) are looked at, since a figure asks for it.

    Open until ``closed_at``; ``outcome`` is what the look found.
    """

    subject: str
    found: str
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str = ""
