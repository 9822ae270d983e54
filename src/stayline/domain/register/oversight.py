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
