"""How an alarm stands, how it came to that, and who has taken note of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stayline.domain.alarm_states import Datapoint, next_state
from stayline.domain.alarms import AlarmRule, AlarmState
from stayline.domain.light_values import light_value
from stayline.domain.second_person import is_a_name
from stayline.errors import AcknowledgementRefused

MINIMUM_NOTE = 20
LONGEST_NOTE = 1000


@light_value
class Standing:
    """How one alarm stands since when, and why; ``value`` is the newest datapoint's.

    ``alarm`` is the rule's name, with ``:`` and the value for an alarm of one dimension's value.
    """

    alarm: str
    rule: str
    state: AlarmState
    since: datetime
    evaluated_at: datetime
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of an alarm's state; ``transition_id`` tells a receiver what it has already."""

    transition_id: str
    alarm: str
    rule: str
    former: AlarmState
    state: AlarmState
    at: datetime
    value: float | None
    reason: str

    @property
    def concerns_people(self) -> bool:
        """Whether somebody must be told: an alarm begins or ends."""
        return AlarmState.ALARM in (self.former, self.state)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A named person has taken note of an alarm that rings since ``since``."""

    alarm: str
    since: datetime
    by: str
    note: str
    at: datetime


def first_standing(rule: AlarmRule, alarm: str, at: datetime) -> Standing:
    """Return how an alarm stands that was never evaluated."""
    nothing = AlarmState.INSUFFICIENT_DATA
    return Standing(alarm, rule.name, nothing, at, at, reason="nothing was measured yet")


def steps(
    rule: AlarmRule, before: Standing, held: Sequence[Datapoint], now: datetime
) -> Iterator[Standing]:
    """Yield how the alarm stood after each datapoint since it was last evaluated, and now.

    ``held`` are the datapoints there are, oldest first. Those that came late are seen now. After a
    clock was set back only now counts; what lies in the future waits.
    """
    ends = [point.end for point in held if before.evaluated_at < point.end < now]
    standing = before
    for at in [*ends, now]:
        seen = [point for point in held if at - rule.looks_back < point.end <= at]
        state = next_state(rule, standing.state, [point.value for point in seen])
        newest = seen[-1] if seen else None
        standing = replace(
            standing,
            state=state,
            since=standing.since if state is standing.state else at,
            evaluated_at=at,
            value=newest.value if newest else None,
            reason=_reason(rule, state, seen),
        )
        yield standing


def acknowledged(standing: Standing, *, by: str, note: str, at: datetime) -> Acknowledgement:
    """Return the acknowledgement of an alarm, or raise `AcknowledgementRefused`.

    Needs an alarm that rings, a named person and a written note.
    """
    who, why = " ".join(by.split()), " ".join(note.split())
    if standing.state is not AlarmState.ALARM:
        raise AcknowledgementRefused(
            standing.alarm,
            f"it is {standing.state.value}, so there is nothing to take note of.",
            "See which ring with `stayline alarms list`.",
        )
    if not is_a_name(by):
        raise AcknowledgementRefused(
            standing.alarm, "nobody is named as having seen it.", "Name a person with --by."
        )
    if not MINIMUM_NOTE <= len(why) <= LONGEST_NOTE:
        raise AcknowledgementRefused(
            standing.alarm,
            f"the note has {len(why)} characters.",
            f"Say what is being done, in {MINIMUM_NOTE} to {LONGEST_NOTE}, naming no employee.",
        )
    return Acknowledgement(standing.alarm, standing.since, who, why, at)


def _reason(rule: AlarmRule, state: AlarmState, seen: Sequence[Datapoint]) -> str:
    if not seen:
        return f"no evidence of {rule.metric} in the last {_words(rule.looks_back)}"
    newest = seen[-rule.evaluation_periods :]
    breaches = sum(rule.breaches(point.value) for point in newest)
    details = "".join(f"; {name}: {value}" for name, value in seen[-1].details.items())
    told = (
        f"{rule.metric} is {seen[-1].value:.4g}; {breaches} of the newest {len(newest)} datapoints "
        f"breach {rule.comparison.value} {rule.threshold:g}{details}"
    )
    if state is AlarmState.INSUFFICIENT_DATA:
        told += f" (too few to judge: {rule.evaluation_periods} are needed)"
    return told


def _words(span: timedelta) -> str:
    """Say how long a time is.

    >>> _words(timedelta(days=3)), _words(timedelta(minutes=90))
    ('3 days', '90 minutes')
    """
    if span >= timedelta(days=2) and not span % timedelta(days=1):
        return f"{span.days} days"
    return f"{span / timedelta(minutes=1):g} minutes"
