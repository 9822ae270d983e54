"""Each figure of a window with the former ones, and since when it has been violated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Watched


@dataclass(frozen=True, slots=True)
class Point:
    """A figure in one window, which began ``at``."""

    at: datetime
    value: float | None
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Course:
    """The finding of the newest window, and all windows' figures, oldest first.

    ``since`` is when the first window began of those that have failed in a row, ``windows`` how
    many these are; windows with too little evidence neither end nor begin such a row.
    """

    finding: Finding
    points: tuple[Point, ...]
    since: datetime | None = None
    windows: int = 0


def same_model(watched: Watched, former: Iterable[Watched]) -> tuple[Watched, ...]:
    """Return the earlier windows of this very model, oldest first; of a repeated one the last."""
    found = {
        one.window.start: one
        for one in former
        if one.model_digest == watched.model_digest and one.window.start < watched.window.start
    }
    return tuple(found[start] for start in sorted(found))


def courses(watched: Watched, former: Iterable[Watched]) -> tuple[Course, ...]:
    """Return the course of every finding of ``watched``, in its order."""
    windows = _windows(watched, former)
    return tuple(_course(finding, windows) for finding in watched.findings)


def course_of(key: tuple[str, ...], watched: Watched, former: Iterable[Watched]) -> Course | None:
    """Return the course of one finding of ``watched``; None where it has no such finding.

    The key is monitor, check, subject and metric.
    """
    finding = _by_key(watched.findings).get(key)
    return None if finding is None else _course(finding, _windows(watched, former))


def _windows(
    watched: Watched, former: Iterable[Watched]
) -> list[tuple[datetime, Mapping[tuple[str, ...], Finding]]]:
    windows = [*same_model(watched, former), watched]
    return [(one.window.start, _by_key(one.findings)) for one in windows]


def _course(
    finding: Finding, windows: list[tuple[datetime, Mapping[tuple[str, ...], Finding]]]
) -> Course:
    key = _key(finding)
    seen = [(start, by_key[key]) for start, by_key in windows if key in by_key]
    points = tuple(Point(start, f.value, f.low, f.high, f.verdict) for start, f in seen)
    since, in_a_row = None, 0
    for start, former in reversed(seen):
        if former.verdict is Verdict.PASS or finding.verdict is not Verdict.FAIL:
            break
        if former.verdict is Verdict.FAIL:
            since, in_a_row = start, in_a_row + 1
    return Course(finding, points, since, in_a_row)


def _by_key(findings: Iterable[Finding]) -> Mapping[tuple[str, ...], Finding]:
    return {_key(finding): finding for finding in findings}


def _key(finding: Finding) -> tuple[str, ...]:
    return (finding.monitor.value, finding.check, finding.subject, finding.metric)
