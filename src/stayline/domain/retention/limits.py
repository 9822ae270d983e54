"""The strictest limits of a class on a day, and where they contradict each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from stayline.domain.retention.policy import Follow, RetentionPolicy
from stayline.domain.retention.table import TABLE, Bound, RecordClass, Rule, with_unions

PROMISE = "the organisation's own promise"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days, and who says so."""

    days: int
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A class that may not be kept as long as it must be. Nobody guesses which side holds."""

    record_class: RecordClass
    ceiling: Limit
    floor: Limit

    def words(self) -> str:
        """Tell both sides with their sources, and what settles it."""
        return (
            f"{self.record_class}: at most {self.ceiling.days} days ({self.ceiling.source}) but at "
            f"least {self.floor.days} ({self.floor.source}, mark {self.floor.mark}). Nothing of "
            "this class is purged until [[retention.decided]] in governance.toml says which is "
            "followed, by whom and why."
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """For how long a class is kept at most and at least; with a ``conflict`` nothing goes."""

    record_class: RecordClass
    ceiling: Limit | None
    floor: Limit | None
    conflict: Conflict | None = None


def limits_of(
    record_class: RecordClass,
    policy: RetentionPolicy,
    *,
    on: date,
    table: Sequence[Rule] = TABLE,
) -> Limits:
    """Return the strictest ceiling and floor in force on a day.

    A ceiling below a floor is a conflict, unless the organisation has decided which one to follow;
    then the other one is as long.
    """
    here = with_unions(frozenset(policy.jurisdictions))
    rules = [r for r in table if r.record_class is record_class and r.holds(here, on)]
    ceilings = [_limit(rule) for rule in rules if rule.bound is Bound.CEILING]
    promised = policy.promised_days(record_class)
    if promised is not None:
        ceilings.append(Limit(promised, PROMISE, ""))
    ceiling = min(ceilings, key=lambda limit: limit.days, default=None)
    floor = _longest(_limit(rule) for rule in rules if rule.bound is Bound.FLOOR)
    if ceiling is None or floor is None or ceiling.days >= floor.days:
        return Limits(record_class, ceiling, floor)
    decided = policy.decision_on(record_class)
    if decided is None:
        return Limits(record_class, ceiling, floor, Conflict(record_class, ceiling, floor))
    if decided.follow is Follow.CEILING:
        return Limits(record_class, ceiling, None)
    return Limits(record_class, floor, floor)


def _limit(rule: Rule) -> Limit:
    return Limit(rule.days, rule.source, rule.mark)


def _longest(limits: Iterable[Limit]) -> Limit | None:
    return max(limits, key=lambda limit: limit.days, default=None)
