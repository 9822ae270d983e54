"""What happened in a window, in a few sentences that come before every figure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.column_words import column_in_words
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor, Watched
from stayline.reports.courses import Course
from stayline.reports.drawing import short

VERDICTS: Mapping[Verdict, str] = {
    Verdict.FAIL: "changed",
    Verdict.INSUFFICIENT: "not enough to say",
    Verdict.PASS: "as before",
}
MOST_NAMED = 3
_LONGEST = 80
_OF_COLUMNS = (Monitor.DATA, Monitor.ATTRIBUTION)
_METRICS = {"auc": "ROC AUC", "psi": "PSI"}
_DIRECTIONS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of whatever follows."""
_WHAT = {
    Monitor.QUALITY: ("figure of quality", "figures of quality"),
    Monitor.BIAS: ("figure of groups of people", "figures of groups of people"),
    Monitor.ATTRIBUTION: ("check of what the model goes by", "checks of what the model goes by"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and the verdict that it tells of."""

    verdict: Verdict
    said: str


def is_judged(finding: Finding) -> bool:
    """Return whether a finding is a verdict; others only tell a figure."""
    return finding.threshold is not None or finding.verdict is not Verdict.PASS


def headline(watched: Watched) -> Sentence:
    """Return the whole window in one sentence."""
    judged = [finding for finding in watched.findings if is_judged(finding)]
    verdicts = {finding.verdict for finding in judged}
    if not watched.intake.rows:
        verdict = Verdict.FAIL if Verdict.FAIL in verdicts else Verdict.INSUFFICIENT
        return Sentence(verdict, "No answer was captured, so nothing can be said.")
    if Verdict.FAIL in verdicts:
        return Sentence(Verdict.FAIL, "Something changed.")
    if Verdict.PASS not in verdicts:
        return Sentence(
            Verdict.INSUFFICIENT, "There is not enough to say whether anything changed."
        )
    if Verdict.INSUFFICIENT in verdicts:
        said = "No change was found, as far as there is enough to say."
        return Sentence(Verdict.PASS, said)
    return Sentence(Verdict.PASS, "No change was found.")


def summary(courses: Sequence[Course], features: int) -> Iterator[Sentence]:
    """Yield a sentence on each monitor that judged anything, then one on what it could not."""
    judged = [course for course in courses if is_judged(course.finding)]
    data = [one for one in judged if one.finding.monitor is Monitor.DATA]
    if of_features := [one for one in data if one.finding.subject]:
        yield _of_features(of_features, features)
    yield from (_of_whole(one) for one in data if not one.finding.subject and _failed(one))
    for monitor, words in _WHAT.items():
        found = [one for one in judged if one.finding.monitor is monitor]
        if found:
            yield _of_figures(found, *words)
    open_ones = [one for one in judged if one.finding.verdict is Verdict.INSUFFICIENT]
    if open_ones:
        yield Sentence(
            Verdict.INSUFFICIENT,
            f"Not enough to say: {len(open_ones)} of {len(judged)} checks. That is neither good "
            "nor bad news.",
        )


def since(course: Course) -> str:
    """Return since when a figure has been violated; empty for one that is not."""
    if course.since is None:
        return ""
    if course.windows == 1:
        return (
            "since this window"
            if course.since == course.points[-1].at
            else f"since {day(course.since)}"
        )
    return f"since {day(course.since)}, in {course.windows} windows"


def day(at: datetime) -> str:
    """Return the day of an instant, and its time unless that is midnight.

    >>> from datetime import UTC
    >>> day(datetime(2026, 3, 1, tzinfo=UTC)), day(datetime(2026, 3, 1, 15, tzinfo=UTC))
    ('2026-03-01', '2026-03-01 15:00')
    """
    return f"{at:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def named(finding: Finding) -> str:
    """Return what a finding is about, in a few words; columns go by those of their names.

    >>> named(Finding(Monitor.DATA, "drift", Verdict.PASS, "", subject="JobRole", metric="psi"))
    'Job role PSI'
    """
    is_column = finding.monitor in _OF_COLUMNS
    subject = column_in_words(finding.subject) if is_column else finding.subject
    metric = _METRICS.get(finding.metric, finding.metric.replace("_", " "))
    return " ".join(filter(None, (subject, metric))) or finding.check.replace("_", " ")


def _of_features(data: Sequence[Course], features: int) -> Sentence:
    changed: dict[str, Course] = {}
    for course in sorted(filter(_failed, data), key=_excess, reverse=True):
        changed.setdefault(course.finding.subject, course)
    every = max(features, len({course.finding.subject for course in data}))
    if not changed:
        seen = [course for course in data if course.finding.verdict is Verdict.PASS]
        if not seen:
            return Sentence(
                Verdict.INSUFFICIENT,
                f"There is not enough to say whether any of {every} features changed.",
            )
        return Sentence(Verdict.PASS, f"None of {every} features is seen to have changed.")
    shown = list(changed.values())[:MOST_NAMED]
    most = "; ".join(_told(course) for course in shown)
    return Sentence(Verdict.FAIL, f"{len(changed)} of {every} features changed. Most: {most}.")


def _of_whole(course: Course) -> Sentence:
    tail = f" ({since(course)})" if since(course) else ""
    return Sentence(Verdict.FAIL, f"{course.finding.reason.rstrip('.')}{tail}.")


def _of_figures(found: Sequence[Course], one: str, several: str) -> Sentence:
    failed = sorted(filter(_failed, found), key=_excess, reverse=True)
    if len(found) == 1:
        course = found[0]
        verdict = course.finding.verdict
        return Sentence(verdict, f"The one {one}: {VERDICTS[verdict]}. It is {_told(course)}.")
    every = f"{len(found)} {several}"
    if failed:
        most = "; ".join(_told(course) for course in failed[:MOST_NAMED])
        return Sentence(Verdict.FAIL, f"{len(failed)} of {every} changed. Most: {most}.")
    if all(course.finding.verdict is Verdict.INSUFFICIENT for course in found):
        return Sentence(Verdict.INSUFFICIENT, f"Not enough to say: {every}.")
    passed = sum(course.finding.verdict is Verdict.PASS for course in found)
    return Sentence(Verdict.PASS, f"{passed} of {every} as before, none seen to have changed.")


def _told(course: Course) -> str:
    finding = course.finding
    told = _within_words(named(finding))
    if finding.value is not None:
        told += f" {short(finding.value)}"
        if finding.low is not None and finding.high is not None:
            told += f" ({short(finding.low)} to {short(finding.high)})"
    return f"{told}, {since(course)}" if since(course) else told


def _within_words(name: str) -> str:
    """Return a name that leaves the sentence round it in order, whatever it holds."""
    text = _DIRECTIONS.sub("", name)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _failed(course: Course) -> bool:
    return course.finding.verdict is Verdict.FAIL


def _excess(course: Course) -> float:
    """Return how far a figure is beyond its threshold, in thresholds."""
    finding = course.finding
    if finding.value is None or not finding.threshold:
        return 0.0
    return abs(finding.value - finding.threshold) / abs(finding.threshold)
