"""What became of the people who were scored: the labels, which arrive months late."""

from dataclasses import dataclass
from datetime import date, datetime

from stayline.domain.pseudonyms import EmployeeToken


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """The label of one answered request, by its event id or the caller's inference id."""

    event_id: str
    left: bool
    known_at: datetime


@dataclass(frozen=True, slots=True)
class PersonOutcome:
    """What is known of a person as of ``seen_until``: left on a day, or still there.

    ``left_on`` is None for who was there on ``seen_until``. Leaving that was not the person's own
    choice (``is_voluntary`` false) ends what can be known, and is no label.
    """

    token: EmployeeToken
    seen_until: date
    known_at: datetime
    left_on: date | None = None
    is_voluntary: bool = True
