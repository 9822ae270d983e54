"""One bias metric of a window held against the baseline's: worse, or within what chance explains?

The documented rule is that a metric is violated when it is farther from 0 than the baseline's. By
it every other metric of an unchanged workforce would be. So it must be farther beyond chance: by
the interval of the difference of both distances (Zou and Donner 2008, "MOVER"), at a level that
holds for all metrics of the window together (Bonferroni).
"""

import math
from dataclasses import dataclass

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.drift_violations import BIAS_CHECK, missed_value
from stayline.modelling.watching.bias_baseline import BaselineMetric
from stayline.modelling.watching.joint_level import widening

SMALLEST_SEEN = 0.10
"""A window in which a worsening by so much could hide says too little of a metric."""
METRIC = "bias_metric_"
_NEUTRAL = {"DI": 1.0}


@dataclass(frozen=True, slots=True)
class WindowMetric:
    """One metric of one group, as a window has it; ``low`` and ``high`` are at 95 %."""

    facet: str
    group: str
    name: str
    value: float
    low: float
    high: float
    n: int

    @property
    def subject(self) -> str:
        """The group and its facet."""
        return f"{self.facet} = {self.group}"


def judged(now: WindowMetric, before: BaselineMetric, *, tests: int) -> Finding:
    """Return the finding on one of ``tests`` metrics that are judged together."""
    neutral = _NEUTRAL.get(now.name, 0.0)
    far, was = abs(now.value - neutral), abs(before.value - neutral)
    reach = _reach(now, before, neutral) * widening(tests)
    is_worse = far - was > reach
    if math.isnan(reach) or not (is_worse or reach <= SMALLEST_SEEN):
        verdict = Verdict.INSUFFICIENT
    else:
        verdict = Verdict.FAIL if is_worse else Verdict.PASS
    return Finding(
        monitor=Monitor.BIAS,
        check=BIAS_CHECK,
        verdict=verdict,
        reason=_reason(now, before, neutral, verdict),
        subject=now.subject,
        metric=f"{METRIC}{now.name}",
        value=_known(now.value),
        low=_known(now.low),
        high=_known(now.high),
        threshold=_known(neutral + math.copysign(was, now.value - neutral)),
        baseline=before.value,
        n=now.n,
    )


def _reach(now: WindowMetric, before: BaselineMetric, neutral: float) -> float:
    """Return by how much chance alone may make the difference of both distances larger."""
    inwards = now.value - now.low if now.value >= neutral else now.high - now.value
    if before.value == neutral:
        outwards = max(before.high - before.value, before.value - before.low)
    elif before.value > neutral:
        outwards = before.high - before.value
    else:
        outwards = before.value - before.low
    return math.hypot(max(inwards, 0.0), max(outwards, 0.0))


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _reason(now: WindowMetric, before: BaselineMetric, neutral: float, verdict: Verdict) -> str:
    if math.isnan(now.value) or math.isnan(now.low) or math.isnan(now.high):
        return "The rows of this window do not define it, or not its interval."
    told = f"{now.value:.3f} ({now.low:.3f} to {now.high:.3f}), {before.value:.3f} in the baseline"
    return {
        Verdict.FAIL: f"{missed_value(now.value)}: {told}, so clearly farther from {neutral:g}.",
        Verdict.PASS: f"{told}: not farther from {neutral:g} beyond chance.",
        Verdict.INSUFFICIENT: (
            f"{told}: a worsening by {SMALLEST_SEEN:.2f} could hide in so wide an interval, and "
            "none is clear."
        ),
    }[verdict]
