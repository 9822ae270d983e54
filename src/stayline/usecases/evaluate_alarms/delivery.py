"""Send what is still to be delivered, each channel in order, again and again until it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.alarm_history import Transition
from stayline.domain.alarm_message import message_of
from stayline.domain.alarms import AlarmRule
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import StaylineError
from stayline.ports.alarm_book import AlarmBook, Delivery
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.notifier import Notifier

AUDIT = "audit"
"""The channel that is the audit log; only alarms that begin go there."""
ACTOR = "alarm rules"
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=1)
"""The age of a message that is not sent again, so that a channel which comes back hears no old
ones."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of messages: taken, waiting for another attempt, given up."""

    taken: int = 0
    waiting: int = 0
    given_up: int = 0
    problems: tuple[str, ...] = ()


def deliver(
    rules: Sequence[AlarmRule],
    *,
    alarms: AlarmBook,
    notifier: Notifier,
    audit: AuditLog,
    clock: Clock,
) -> Sent:
    """Return what became of what was to be delivered.

    A message that waits holds back the later ones of its channel, so that none hears that an alarm
    is over before that it began.
    """
    by_name = {rule.name: rule for rule in rules}
    known = {*notifier.channels(), AUDIT}
    held: set[str] = set()
    taken = waiting = given_up = 0
    problems: list[str] = []
    for delivery in alarms.undelivered():
        channel, now = delivery.channel, clock.now()
        if channel in held or not _is_due(delivery, now):
            held.add(channel)
            waiting += 1
            continue
        if not alarms.take(delivery, next_at=now + _wait(delivery.attempts)):
            held.add(channel)
            continue
        if channel not in known:
            problem: str | None = "there is no such channel any more"
        elif channel == AUDIT:
            problem = _audited(delivery.transition, audit)
        else:
            message = message_of(delivery.transition, by_name.get(delivery.transition.rule))
            problem = notifier.send(channel, message)
        if problem is None:
            alarms.end(delivery, at=clock.now())
            taken += 1
            continue
        problems.append(f"channel {channel!r} did not take {delivery.transition.alarm}: {problem}")
        if channel not in known or now - delivery.transition.at >= GIVES_UP_AFTER:
            alarms.end(delivery, at=clock.now(), problem=problem)
            given_up += 1
        else:
            alarms.failed(delivery, problem=problem)
            held.add(channel)
            waiting += 1
    return Sent(taken, waiting, given_up, tuple(problems))


def _is_due(delivery: Delivery, now: datetime) -> bool:
    """Whether it is time; one that seems further away than any wait was timed by a wrong clock."""
    return delivery.next_at <= now or delivery.next_at > now + LONGEST_WAIT


def _wait(attempts: int) -> timedelta:
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts, 10)))


def _audited(transition: Transition, audit: AuditLog) -> str | None:
    kind = AuditEventKind.ALARM_RAISED
    details = {"transition": transition.transition_id, "figure": transition.value}
    try:
        audit.append(AuditEvent(kind, ACTOR, transition.alarm, transition.at, details))
    except StaylineError as error:
        return str(error)
    return None
