"""Look at one window of a model's answers: what changed, how sure, and who should know."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import numpy as np

from stayline.domain.alarms import AlarmState
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.model_package import ModelPackage
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.domain.watch_points import metric_points
from stayline.errors import NothingDeployed, ReportUnreadable, UnknownReport
from stayline.formats.model_archive import read_archive
from stayline.formats.watched_form import FILE, decode_watched, encode_watched
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.intake import captured_window
from stayline.modelling.watching.monitors import (
    people_once,
    statistics_of,
    watch_data,
    watch_quality,
    watch_reasons,
    with_headcount,
)
from stayline.modelling.watching.no_data import NO_DATA_CHECK, why_no_data
from stayline.modelling.watching.part import Part
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import FeatureStore
from stayline.ports.metric_log import MetricLog
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.report_shelf import ReportShelf
from stayline.reports.watch_page import watch_page
from stayline.usecases.watch_window.groups import groups_part
from stayline.usecases.watch_window.outcomes import Outcomes, ripe_label
from stayline.usecases.watch_window.people import without_gone

REPORT = "watch"
"""What the reports of windows are called; each stands under the end of its window."""
PAGE = "watch.html"
SEED = 0
MOST_WINDOWS = 60
"""How many windows a page looks back on."""
ANSWERS_AT_ONCE = 100_000
"""So that no other writer waits for long."""
ANSWERS = ("event_id", "inference_id", "inferred_at", "token", "risk", "model_version")

Tell = Callable[[str], None]


def _nobody_listens(_: str) -> None:
    """Take no notice."""


def watch_window(
    window: Window,
    *,
    version: int | None = None,
    actor: str,
    sampling_percent: int,
    capture: CaptureLog,
    features: FeatureStore,
    registry: ModelRegistry,
    opt_outs: OptOutList,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    decisions: DecisionBook,
    protected: ProtectedAttributes,
    reports: ReportShelf,
    metrics: MetricLog,
    alarms: AlarmBook,
    audit: AuditLog,
    clock: Clock,
    tell: Tell = _nobody_listens,
) -> Watched:
    """Return what the four monitors found in the answers of a version (None: the deployed one).

    Files in the documented forms and a page for people go to the report shelf under the window's
    end, figures to the metric log, the answers without their inputs to the answer book, so that
    they can be judged once it is known who left. Doing it again replaces all of that by what is
    known now. Who has been erased or has opted out since is left out of everything. Raises
    `UnknownModel`, `NothingDeployed`, `PackageRefused`, `ReportUnreadable`.
    """
    package = registry.find(version) if version is not None else _deployed(registry)
    model = read_archive(registry.archive(package.digest), package.digest)
    baselines = Baselines.of(model, registry.reports(package.digest))
    tell("reading what was captured")
    captured = captured_window(
        capture.blocks(window.start, window.end),
        inputs=baselines.inputs,
        window=window,
        model_version=package.version,
    )
    captured = without_gone(captured, features, opt_outs, at=clock.now())
    for some in captured.frame.select(ANSWERS).iter_slices(ANSWERS_AT_ONCE):
        answers.add(some)
    known = Outcomes(outcomes, baselines, clock.now())
    frame = people_once(captured.frame)
    rng = np.random.default_rng(SEED)
    tell(f"comparing {captured.frame.height:,} answers with the baseline")
    data = watch_data(frame, baselines) if frame.height else Part(())
    parts = [
        with_headcount(data, features.headcounts(), before=window.end),
        watch_quality(
            frame, known.cohort(answers, decisions, version=package.version), baselines, rng
        ),
    ]
    if frame.height:
        tell("comparing groups and reasons")
        label = ripe_label(known.of(frame))
        parts += [
            groups_part(
                frame, label, baselines, rng,
                actor=actor, protected=protected, audit=audit, clock=clock,
            ),
            watch_reasons(frame, baselines, rng),
        ]  # fmt: skip
    else:
        requests = _requests(metrics, window)
        parts.append(_no_data(captured.intake, requests, sampling_percent))
    watched = Watched(
        window,
        package.version,
        package.digest,
        captured.intake,
        tuple(finding for part in parts for finding in part.findings),
    )
    tell("writing the report")
    ringing = [one.alarm for one in alarms.standings().values() if one.state is AlarmState.ALARM]
    reports.put(REPORT, window.end, _files(watched, parts, baselines, reports, ringing))
    metrics.put(metric_points(watched))
    audit.append(_event(watched, actor, clock.now()))
    return watched


def watched_windows(reports: ReportShelf, before: datetime | None = None) -> list[Watched]:
    """Return what was found in the newest 60 windows (that ended before a time), oldest first."""
    times = [at for at in reports.times(REPORT) if before is None or at < before]
    found = []
    for at in times[-MOST_WINDOWS:]:
        with suppress(UnknownReport, ReportUnreadable):  # purged meanwhile, or of a newer version
            found.append(decode_watched(reports.file(REPORT, at, FILE)))
    return found


def window_files(reports: ReportShelf, end: datetime | None = None) -> Mapping[str, bytes]:
    """Return the files of the window that ended then (None: of the newest); see `UnknownReport`."""
    times = reports.times(REPORT)
    if end is None and times:
        end = times[-1]
    if end is None:
        raise UnknownReport(REPORT, None)
    return reports.get(REPORT, end)


def _files(
    watched: Watched,
    parts: Sequence[Part],
    baselines: Baselines,
    reports: ReportShelf,
    ringing: Sequence[str],
) -> dict[str, bytes]:
    page = watch_page(
        watched,
        statistics=statistics_of(parts[0]),
        baseline=baselines.statistics,
        former=watched_windows(reports, watched.window.end),
        name=f"version {watched.model_version}",
        alarms=ringing,
    )
    files = {name: content for part in parts for name, content in part.files.items()}
    return {**files, FILE: encode_watched(watched), PAGE: page.encode()}


def _requests(metrics: MetricLog, window: Window) -> int | None:
    """Return how many requests the server counted in the window; None when nobody counted."""
    points = metrics.points("Invocations", since=window.start, until=window.end)
    return int(sum(point.value for point in points)) if points else None


def _no_data(intake: Intake, requests: int | None, sampling_percent: int) -> Part:
    cause = why_no_data(intake, requests=requests, sampling_percent=sampling_percent)
    reason = f"The window holds no answer to look at: {cause}."
    found = Finding(
        Monitor.DATA, NO_DATA_CHECK, Verdict.FAIL, reason, subject=str(cause), metric="rows"
    )
    return Part((found,))


def _event(watched: Watched, actor: str, at: datetime) -> AuditEvent:
    verdicts = Counter(finding.verdict for finding in watched.findings)
    return AuditEvent(
        AuditEventKind.WINDOW_WATCHED,
        actor,
        str(watched.model_version),
        at,
        {
            "start": watched.window.start.isoformat(),
            "end": watched.window.end.isoformat(),
            "rows": watched.intake.rows,
            "violations": verdicts[Verdict.FAIL],
            "insufficient": verdicts[Verdict.INSUFFICIENT],
        },
    )


def _deployed(registry: ModelRegistry) -> ModelPackage:
    package = registry.deployed()
    if package is None:
        raise NothingDeployed
    return package
