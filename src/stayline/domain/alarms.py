"""When a figure that is followed over time becomes an alarm, and when it stops being one.

The words are CloudWatch's: a rule looks at the datapoints of a metric, one a period; once enough
of the newest ones breach the threshold, the state is ``ALARM``. A clearing threshold and a number
of clear datapoints in a row keep a value that hovers from raising it over and over.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from math import isfinite
from operator import ge, gt, le, lt


class AlarmState(StrEnum):
    """What an alarm says."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Comparison(StrEnum):
    """How a datapoint must stand to the threshold to breach it."""

    ABOVE = "GreaterThanThreshold"
    AT_LEAST = "GreaterThanOrEqualToThreshold"
    BELOW = "LessThanThreshold"
    AT_MOST = "LessThanOrEqualToThreshold"

    def breaches(self, value: float, threshold: float) -> bool:
        """Whether the value is on the wrong side.

        >>> Comparison.ABOVE.breaches(0.5, 0.5), Comparison.AT_LEAST.breaches(0.5, 0.5)
        (False, True)
        """
        return _BREACHES[self](value, threshold)

    @property
    def is_upward(self) -> bool:
        """Whether high values are the wrong ones."""
        return self in (Comparison.ABOVE, Comparison.AT_LEAST)

    @property
    def sign(self) -> str:
        """The comparison as it is written between figures."""
        equal = "=" if self in (Comparison.AT_LEAST, Comparison.AT_MOST) else ""
        return f"{'>' if self.is_upward else '<'}{equal}"


_BREACHES: Mapping[Comparison, Callable[[float, float], bool]] = {
    Comparison.ABOVE: gt,
    Comparison.AT_LEAST: ge,
    Comparison.BELOW: lt,
    Comparison.AT_MOST: le,
}


class Statistic(StrEnum):
    """How the points of one period become its datapoint; ``Average`` weighs them by their n."""

    AVERAGE = "Average"
    SUM = "Sum"
    MINIMUM = "Minimum"
    MAXIMUM = "Maximum"


class MissingData(StrEnum):
    """What it means that datapoints are missing."""

    MISSING = "missing"
    """Too few datapoints mean that nothing is known: ``INSUFFICIENT_DATA``."""
    BREACHING = "breaching"
    """A missing datapoint counts as a breach."""
    IGNORE = "ignore"
    """The state stays as it is until there are datapoints again."""


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When an alarm rings and when it is over.

    The newest ``evaluation_periods`` datapoints of the last ``looks_back`` are judged;
    ``datapoints_to_alarm`` breaches among them raise the alarm. It is over after
    ``datapoints_to_clear`` datapoints in a row that do not breach ``clears_at`` (default: the
    threshold). A datapoint with fewer than ``fewest`` things counted behind it is no evidence.
    With ``each`` there is one alarm for each value of that dimension. ``off`` is the written reason
    why the rule is not used, empty where it is. ``means`` says in one sentence what is wrong;
    ``section`` is the heading in the runbook that says what to do.
    """

    name: str
    metric: str
    threshold: float
    means: str
    section: str
    comparison: Comparison = Comparison.ABOVE
    dimensions: Mapping[str, str] = field(default_factory=dict)
    each: str = ""
    statistic: Statistic = Statistic.AVERAGE
    period: timedelta = timedelta(minutes=1)
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    datapoints_to_clear: int = 1
    clears_at: float | None = None
    looks_back: timedelta = timedelta(minutes=30)
    missing: MissingData = MissingData.MISSING
    fewest: int = 0
    off: str = ""

    def breaches(self, value: float) -> bool:
        """Whether a datapoint counts towards an alarm."""
        return self.comparison.breaches(value, self.threshold)

    def clears(self, value: float) -> bool:
        """Whether a datapoint counts towards the end of one."""
        limit = self.threshold if self.clears_at is None else self.clears_at
        return not self.comparison.breaches(value, limit)

    @property
    def anchor(self) -> str:
        """The runbook section's anchor, as it is made of a heading."""
        return re.sub(r"[^\w\- ]", "", self.section.lower()).replace(" ", "-")

    @property
    def takes(self) -> timedelta:
        """How long it takes at least to begin and to end."""
        return max(self.evaluation_periods, self.datapoints_to_clear) * self.period

    @property
    def rings_when(self) -> str:
        """When the alarm begins, in words."""
        of = "".join(f", {name} {value}" for name, value in self.dimensions.items())
        each = f", for each {self.each}" if self.each else ""
        return (
            f"{self.statistic.value} of {self.metric}{of}{each} {self.comparison.sign} "
            f"{self.threshold:g} in {self.datapoints_to_alarm} of {self.evaluation_periods} "
            f"datapoints of {self.period.total_seconds():g} s"
        )

    @property
    def ends_when(self) -> str:
        """When the alarm is over, in words."""
        limit = self.threshold if self.clears_at is None else self.clears_at
        return f"{self.datapoints_to_clear} in a row are not {self.comparison.sign} {limit:g}"

    def problems(self) -> list[str]:
        """Return what is wrong with the rule, in words; empty when it can be used."""
        told = [
            f"{name} is {value}; expected a number"
            for name, value in (("threshold", self.threshold), ("clears_at", self.clears_at))
            if value is not None and not isfinite(value)
        ]
        if not 1 <= self.datapoints_to_alarm <= self.evaluation_periods:
            told.append(
                f"datapoints_to_alarm is {self.datapoints_to_alarm}; expected 1 to "
                f"evaluation_periods, which is {self.evaluation_periods}"
            )
        if self.datapoints_to_clear < 1:
            told.append(f"datapoints_to_clear is {self.datapoints_to_clear}; expected 1 or more")
        if self.period < timedelta(seconds=1):
            told.append(f"period_s is {self.period.total_seconds():g}; expected 1 or more")
        if self.looks_back < self.takes:
            told.append(
                f"looks_back_s is {self.looks_back.total_seconds():g}; expected the "
                f"{self.takes.total_seconds():g} s that the periods take, or more"
            )
        if self.clears_at is not None and self.breaches(self.clears_at):
            side = "below" if self.comparison.is_upward else "above"
            told.append(
                f"clears_at is {self.clears_at:g}, which breaches the threshold "
                f"{self.threshold:g}; expected a value {side} it"
            )
        return told
