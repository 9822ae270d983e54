"""Look at every alarm's figures, move its state, and tell those who must know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from stayline.domain.alarm_history import Standing, Transition, first_standing, steps
from stayline.domain.alarm_message import LOG
from stayline.domain.alarm_states import datapoints
from stayline.domain.alarms import AlarmRule, AlarmState
from stayline.domain.metric_points import MetricPoint
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.metric_log import MetricLog
from stayline.ports.notifier import Notifier
from stayline.usecases.evaluate_alarms.delivery import AUDIT, Sent, deliver

CATCHES_UP = timedelta(days=1)
"""How far back datapoints are gone through one by one when nobody evaluated for long."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How the alarms stand now, what changed, and what became of the messages.

    ``problems`` say in words which channels are wrong or did not take a message.
    """

    standings: tuple[Standing, ...]
    transitions: tuple[Transition, ...]
    sent: Sent
    problems: tuple[str, ...]


def evaluate_alarms(
    rules: Sequence[AlarmRule],
    *,
    metrics: MetricLog,
    alarms: AlarmBook,
    notifier: Notifier,
    audit: AuditLog,
    clock: Clock,
) -> Evaluated:
    """Return how each alarm stands; call it every minute.

    A change of state and what is to be told of it are kept in one transaction. Each message is then
    sent until its channel takes it: at least once, with an id by which a receiver knows a second
    copy. The log gets every transition, people and the audit log those into an alarm, people also
    those out of it.
    """
    now = clock.now()
    told: Sequence[str] = notifier.channels()
    before = alarms.standings()
    transitions: list[Transition] = []
    for former, chain in _evaluated(rules, before, metrics, now):
        transitions += _kept(former, chain, alarms, told)
    transitions += _ended(rules, before, alarms, told, now)
    sent = deliver(rules, alarms=alarms, notifier=notifier, audit=audit, clock=clock)
    return Evaluated(
        tuple(alarms.standings().values()),
        tuple(transitions),
        sent,
        (*notifier.problems(), *sent.problems),
    )


_Chain = tuple[Standing | None, list[Standing]]


def _evaluated(
    rules: Sequence[AlarmRule], before: Mapping[str, Standing], metrics: MetricLog, now: datetime
) -> Iterator[_Chain]:
    """Yield, for each alarm, how it stood and the standings that follow."""
    for rule in rules:
        if rule.off:
            continue
        known = {name: one for name, one in before.items() if one.rule == rule.name}
        oldest = min((one.evaluated_at for one in known.values()), default=now)
        since = max(min(oldest, now), now - CATCHES_UP) - rule.looks_back
        points = metrics.points(rule.metric, since=since, until=now, dimensions=rule.dimensions)
        for name, held in _by_alarm(rule, points, known).items():
            former = before.get(name)
            start = former or first_standing(rule, name, now)
            yield former, list(steps(rule, start, datapoints(rule, held), now))


def _by_alarm(
    rule: AlarmRule, points: Sequence[MetricPoint], known: Mapping[str, Standing]
) -> dict[str, list[MetricPoint]]:
    """Return the points of each alarm of a rule; one that had points once stays an alarm."""
    if not rule.each:
        return {rule.name: list(points)}
    found: dict[str, list[MetricPoint]] = {name: [] for name in known}
    for point in points:
        if rule.each in point.dimensions:
            name = f"{rule.name}:{point.dimensions[rule.each]}"
            found.setdefault(name, []).append(point)
    return found


def _kept(
    former: Standing | None, chain: Sequence[Standing], alarms: AlarmBook, told: Sequence[str]
) -> list[Transition]:
    """Keep each change of state and the last standing; stop where somebody else evaluates."""
    made: list[Transition] = []
    before = former
    for number, after in enumerate(chain):
        state = before.state if before else AlarmState.INSUFFICIENT_DATA
        is_change = after.state is not state
        if not is_change and number < len(chain) - 1:
            continue
        transition = _transition(state, after) if is_change else None
        if not alarms.move(before, after, transition, _channels(transition, told)):
            break
        made += [transition] if transition else []
        before = after
    return made


def _ended(
    rules: Sequence[AlarmRule],
    before: Mapping[str, Standing],
    alarms: AlarmBook,
    told: Sequence[str],
    now: datetime,
) -> list[Transition]:
    """End what a rule that is off, or gone, has left."""
    off = {rule.name: f"its rule is off: {rule.off}" for rule in rules if rule.off}
    used = {rule.name for rule in rules} - set(off)
    nothing = AlarmState.INSUFFICIENT_DATA
    made: list[Transition] = []
    for standing in before.values():
        if standing.rule in used or standing.state is nothing:
            continue
        reason = off.get(standing.rule, "its rule is no longer there")
        after = replace(
            standing, state=nothing, since=now, evaluated_at=now, value=None, reason=reason
        )
        made += _kept(standing, [after], alarms, told)
    return made


def _transition(former: AlarmState, after: Standing) -> Transition:
    return Transition(
        str(uuid4()), after.alarm, after.rule, former, after.state, after.since, after.value,
        after.reason,
    )  # fmt: skip


def _channels(transition: Transition | None, told: Sequence[str]) -> list[str]:
    if transition is None or not transition.concerns_people:
        return [LOG]
    return [*told, AUDIT] if transition.state is AlarmState.ALARM else list(told)
