"""A written, dated waiver: a person lets a gate pass that had too little evidence to judge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stayline.domain.second_person import is_a_name, same_person
from stayline.errors import WaiverRefused

MINIMUM_REASON = 20
LONGEST_DAYS = 180


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who lets which gate pass, for whom, why and until when; built by `new_waiver`.

    ``subject`` is that of the gate's result, e.g. ``Gender = Female``; empty for a gate without
    one. ``expires_on`` is the last day it holds, in UTC.
    """

    waiver_id: str
    gate: str
    subject: str
    filed_by: str
    reason: str
    filed_at: datetime
    expires_on: date

    def holds_on(self, day: date) -> bool:
        """Whether it was filed by then and has not expired."""
        return self.filed_at.date() <= day <= self.expires_on


def new_waiver(
    waiver_id: str,
    *,
    gate: str,
    subject: str,
    filed_by: str,
    reason: str,
    filed_at: datetime,
    expires_on: date,
) -> Waiver:
    """Return a waiver that keeps the rules, or raise `WaiverRefused`.

    Needs a named person, a written reason, and a last day after today, at most 180 days away.
    """
    who, why = " ".join(filed_by.split()), " ".join(reason.split())
    if not is_a_name(filed_by):
        raise WaiverRefused("nobody is named as filing it.", "Name a person with --by.")
    if len(why) < MINIMUM_REASON:
        raise WaiverRefused(
            f"the reason has {len(why)} characters.",
            f"Say why the model may be used all the same, in at least {MINIMUM_REASON}.",
        )
    today = filed_at.date()
    if not today < expires_on <= today + timedelta(days=LONGEST_DAYS):
        raise WaiverRefused(
            f"its last day is {expires_on}.",
            f"Choose one after {today}, at most {LONGEST_DAYS} days away, with --until.",
        )
    return Waiver(waiver_id, gate, " ".join(subject.split()), who, why, filed_at, expires_on)


def active_waivers(waivers: Iterable[Waiver], *, trained_by: str, on: date) -> tuple[Waiver, ...]:
    """Return the waivers that a training run may use.

    They hold on that day, and somebody other than whoever trains has filed them.
    """
    return tuple(
        waiver
        for waiver in waivers
        if waiver.holds_on(on) and not same_person(waiver.filed_by, trained_by)
    )
