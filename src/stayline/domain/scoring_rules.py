"""What holds of all scoring now: whether it is stopped, and for whom it is meant."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stayline.domain.rollout_scope import EVERYONE, NOBODY, RolloutScope
from stayline.errors import DecisionRefused

SHORTEST_REASON = 5


class Rule(StrEnum):
    """The two things that hold of everyone at once."""

    STOP = "stop"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Somebody put a rule in force, or ended it; the newest of each rule holds.

    ``scope`` and ``until`` are a pilot's. From ``until`` on nobody is in scope: what was agreed has
    ended, and going on, with anybody, needs a person to say so.
    """

    rule: Rule
    is_in_force: bool
    at: datetime
    by: str
    reason: str
    scope: RolloutScope = EVERYONE
    until: datetime | None = None

    def scope_at(self, now: datetime) -> RolloutScope:
        """Return who is in at an instant."""
        if not self.is_in_force:
            return EVERYONE
        return NOBODY if self.until is not None and self.until <= now else self.scope


@dataclass(frozen=True, slots=True)
class ScoringState:
    """The newest change of each rule; None where there never was one."""

    stop: RuleChange | None = None
    pilot: RuleChange | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether no score may be computed or shown."""
        return self.stop is not None and self.stop.is_in_force

    def scope_at(self, now: datetime) -> RolloutScope:
        """Return of whom scores may be computed and shown, if any may."""
        return EVERYONE if self.pilot is None else self.pilot.scope_at(now)


def checked_why(reason: str) -> str:
    """Return why a rule changes, tidied; raises `DecisionRefused` for hardly a word.

    >>> checked_why(" It scores \\n nights too high. ")
    'It scores nights too high.'
    """
    tidy = " ".join(reason.split())
    if not tidy.isprintable():
        raise DecisionRefused("reason", "Say why without control characters or hidden marks.")
    if len(tidy) < SHORTEST_REASON:
        raise DecisionRefused("reason", f"Say why, in at least {SHORTEST_REASON} characters.")
    return tidy
