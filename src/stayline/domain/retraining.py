"""When drift has gone on for so long that a new version should be trained, and the cause."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile

from stayline.domain.gates import Verdict
from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.monitoring import Finding, Monitor, Watched

DRIFT_CHECKS = "drift_check"
"""How the name of a check ends that compares with the training baseline, whatever the monitor."""
MOST_ABANDONED = 3
"""So often a training for one cause is begun again whose process was killed."""
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class DriftCause:
    """Why a new version is trained: drift in a version's windows, the last one up to ``until``."""

    model_version: int
    until: datetime
    words: str


def verdict_on_drift(watched: Watched) -> Verdict:
    """Return whether a window drifted: one significant drift is enough.

    Only the data monitor's checks against the training baseline count. Wrong types, missing columns
    or an empty window are faults of the data, which no training mends; that groups are treated
    differently, or that the model's reasons have shifted, is for a person to look at. With no such
    check judged there is too little evidence to say.
    """
    found = {finding.verdict for finding in _drift_findings(watched)}
    if Verdict.FAIL in found:
        return Verdict.FAIL
    return Verdict.PASS if Verdict.PASS in found else Verdict.INSUFFICIENT


def drift_cause(
    watched: Sequence[Watched], *, version: int, windows: int, runs: Sequence[JobRun]
) -> DriftCause | None:
    """Return why a new version should be trained, None while there is no new cause for it.

    The last ``windows`` windows of that version whose evidence suffices must all have drifted; one
    with too little evidence neither counts nor breaks the row, and of windows that overlap only the
    last counts. ``runs`` are those of the training job: a row of drifting windows that one of them
    was about is no new cause, however long it goes on, until a window without drift has broken it.
    """
    judged = _apart(
        (one, verdict)
        for one in watched
        if one.model_version == version
        and (verdict := verdict_on_drift(one)) is not Verdict.INSUFFICIENT
    )
    answered_until = _answered_until(runs, version)
    if answered_until is not None:
        judged = list(dropwhile(lambda pair: not _breaks(pair, answered_until), judged))
    row = [one for one, _ in judged[-windows:]]
    if len(row) < windows or any(verdict is not Verdict.FAIL for _, verdict in judged[-windows:]):
        return None
    words = (
        f"Significant drift in {windows} window{'s' if windows > 1 else ''} of version {version} "
        f"running, {row[0].window.start:%Y-%m-%d %H:%M} to {row[-1].window.end:%Y-%m-%d %H:%M} "
        f"UTC: {_told(row)}."
    )
    return DriftCause(version, row[-1].window.end, words)


def _apart(judged: Iterable[tuple[Watched, Verdict]]) -> list[tuple[Watched, Verdict]]:
    """Return windows of which no two overlap, oldest first: no day is told twice."""
    apart: list[tuple[Watched, Verdict]] = []
    for one in sorted(judged, key=lambda pair: pair[0].window.end, reverse=True):
        if not apart or one[0].window.end <= apart[-1][0].window.start:
            apart.append(one)
    return apart[::-1]


def _drift_findings(watched: Watched) -> Iterator[Finding]:
    for finding in watched.findings:
        if finding.monitor is Monitor.DATA and finding.check.endswith(DRIFT_CHECKS):
            yield finding


def _breaks(pair: tuple[Watched, Verdict], answered_until: datetime) -> bool:
    watched, verdict = pair
    return verdict is Verdict.PASS and watched.window.end > answered_until


def _answered_until(runs: Iterable[JobRun], version: int) -> datetime | None:
    """Return up to when drift of a version has had its training, whatever came of that.

    One whose process was killed came to nothing, and is begun again, but not for ever.
    """
    about = [run for run in runs if run.model_version == version]
    abandoned = [run.scheduled_for for run in about if run.outcome is RunOutcome.ABANDONED]
    answered = [run.scheduled_for for run in about if run.outcome is not RunOutcome.ABANDONED]
    if len(abandoned) >= MOST_ABANDONED:
        answered += abandoned
    return max(answered, default=None)


def _told(row: Sequence[Watched]) -> str:
    """Name what drifted most often, the multivariate check as such."""
    counts: dict[str, int] = {}
    for one in row:
        for name in {
            finding.subject or finding.check.removesuffix("_check").replace("_", " ")
            for finding in _drift_findings(one)
            if finding.verdict is Verdict.FAIL
        }:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(counts, key=lambda name: (-counts[name], name))
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    return ", ".join(names[:_MOST_TOLD]) + more
