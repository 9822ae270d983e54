"""The few figures of a model that are looked at first: how many answers, how drifted, how good."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor, Watched
from stayline.domain.thinning import Reading
from stayline.domain.watch_points import IN_HINDSIGHT
from stayline.reports.courses import Point

_ESTIMATED = "estimated"
_AUC = "auc"


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure over the windows, oldest first; ``limit`` is the newest window's threshold."""

    name: str
    told: str
    readings: tuple[Reading, ...]
    limit: float | None = None


def headlines(windows: Sequence[Watched]) -> list[Headline]:
    """Return what there is of them in windows of one model, oldest first."""
    found = [
        Headline(
            "Answers looked at",
            "How many answers each window held.",
            tuple(Reading(one.window.start, one.intake.rows) for one in windows),
        ),
        Headline(
            "Share of features that changed",
            "Of the features that could be judged, how many are surely beyond their threshold.",
            tuple(_drift_shares(windows)),
        ),
        _auc(
            windows,
            "ROC AUC, estimated",
            "What the risks lead one to expect of the outcomes that nobody knows yet.",
            is_estimated=True,
        ),
        _auc(
            windows,
            "ROC AUC, as it came out",
            "Of people whose outcome is known by now.",
            is_estimated=False,
        ),
    ]
    return [one for one in found if one.readings]


def drawable(point: Point) -> Reading | None:
    """Return a figure of a window as it can be drawn, None where it is none, or not finite."""
    if point.value is None or not math.isfinite(point.value):
        return None
    ends = (point.low, point.high)
    low, high = (
        ends if all(end is not None and math.isfinite(end) for end in ends) else (None, None)
    )
    return Reading(point.at, point.value, low, high, point.verdict is Verdict.FAIL)


def _drift_shares(windows: Sequence[Watched]) -> Iterator[Reading]:
    for one in windows:
        verdicts: dict[str, set[Verdict]] = {}
        for finding in one.findings:
            is_of_feature = finding.monitor is Monitor.DATA and finding.subject
            if is_of_feature and finding.threshold is not None:
                verdicts.setdefault(finding.subject, set()).add(finding.verdict)
        judged = [some for some in verdicts.values() if some != {Verdict.INSUFFICIENT}]
        if judged:
            changed = sum(Verdict.FAIL in some for some in judged)
            yield Reading(one.window.start, changed / len(judged), is_beyond=changed > 0)


def _auc(windows: Sequence[Watched], name: str, told: str, *, is_estimated: bool) -> Headline:
    found = [
        (finding, drawable(_point(finding, one)))
        for one in windows
        for finding in _aucs(one, is_estimated=is_estimated)[:1]
    ]
    known = tuple(said for _, said in found if said is not None)
    return Headline(name, told, known, found[-1][0].threshold if found else None)


def _aucs(window: Watched, *, is_estimated: bool) -> list[Finding]:
    return [
        one
        for one in window.findings
        if one.monitor is Monitor.QUALITY
        and one.metric == _AUC
        and one.check != IN_HINDSIGHT
        and one.subject.startswith(_ESTIMATED) is is_estimated
    ]


def _point(finding: Finding, window: Watched) -> Point:
    return Point(window.window.start, finding.value, finding.low, finding.high, finding.verdict)
