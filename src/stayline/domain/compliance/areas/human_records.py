"""What the controls of HUM are told: decisions without their words, views, trainings, drills."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.register.oversight import HrEvent, OverseerTraining, StopDrill


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """One decision without its words: their length once trimmed, whether they are a template.

    ``reason_digest`` is equal for equal reasons, whatever their case and spacing.
    """

    decision_id: str
    token: str
    action: str
    actor: str
    at: datetime
    reason_length: int
    is_template: bool
    reason_digest: str
    is_bulk: bool = False


@dataclass(frozen=True, slots=True)
class ScoreView:
    """Somebody looked at a person's score; only with the reasons is it one to decide on."""

    token: str
    actor: str
    at: datetime
    has_reasons: bool = True
    is_high: bool = False


@dataclass(frozen=True, slots=True)
class Drilled:
    """A drill of the stop switch, and how many scores the audit log has while it was off."""

    drill: StopDrill
    scored_while_off: int = 0


@dataclass(frozen=True, slots=True)
class HrEventSeen:
    """Something HR did; ``is_reviewed`` says that a review of it is on file."""

    event: HrEvent
    is_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class HumanEvidence:
    """Who decided what after seeing what; ``programs`` are the subjects that are no people.

    ``views`` are those by actors of actions on the same people, ``high_views`` those of a high
    score of people whom an HR event concerns. ``reviewed`` are actors whose disagreement was looked
    into in the window.
    """

    actions: tuple[ActionTaken, ...] = ()
    programs: tuple[str, ...] = ()
    views: tuple[ScoreView, ...] = ()
    training: tuple[OverseerTraining, ...] = ()
    reviewed: tuple[str, ...] = ()
    drills: tuple[Drilled, ...] = ()
    hr_events: tuple[HrEventSeen, ...] = ()
    high_views: tuple[ScoreView, ...] = ()
