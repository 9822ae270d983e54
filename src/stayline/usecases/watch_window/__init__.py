"""Look at one window of a model's answers: what changed, how sure, and who should know."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.model_package import ModelPackage
from stayline.domain.monitoring import Watched, Window
from stayline.domain.watch_points import metric_points
from stayline.errors import NothingDeployed
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
from stayline.usecases.watch_window.shelf import (
    BY_HAND,
    PAGE,
    REPORT,
    all_files,
    newest_windows,
    watched_windows,
    window_files,
)

if TYPE_CHECKING:
    from stayline.usecases.watch_window.one_version import Look, Looked, Tell

__all__ = [
    "BY_HAND",
    "PAGE",
    "REPORT",
    "newest_windows",
    "watch_window",
    "watched_windows",
    "window_files",
]


def _nobody_listens(_: str) -> None:
    """Take no notice."""


def watch_window(
    window: Window,
    *,
    version: int | None = None,
    report: str = REPORT,
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
    tell: "Tell" = _nobody_listens,
) -> tuple[Watched, ...]:
    """Return what the four monitors found in the answers of a version, or of all that answered.

    Without a version, each one that answered in the window is looked at by itself, the deployed one
    first: it is held against an empty window only when none did.

    Files in the documented forms and a page for people go to the report shelf under the window's
    end, figures to the metric log, the answers without their inputs to the answer book, so that
    they can be judged once it is known who left. Doing it again replaces all of that by what is
    known now. As the report `BY_HAND` it replaces nothing that a job found, and tells no figures,
    since these ring alarms. Who has been erased or has opted out since is left out of everything.
    Raises `UnknownModel`, `NothingDeployed`, `PackageRefused`, `ReportUnreadable`.
    """
    package = registry.find(version) if version is not None else _deployed(registry)
    # The portal's pages only read windows: they do without what a look takes, a third of a start.
    from stayline.usecases.watch_window.one_version import Look

    look = Look(
        window, actor, sampling_percent, capture, features, registry, opt_outs, answers, outcomes,
        decisions, protected, reports, metrics, alarms, audit, clock, tell,
    )  # fmt: skip
    first = look.at(package)
    others = [] if version is not None else list(_others(first, look))
    is_silent = any(one.watched.intake.rows for one in others) and not first.watched.intake.rows
    looked = others if is_silent else [first, *others]
    tell("writing the report")
    reports.put(report, window.end, all_files([(one.watched, one.files) for one in looked]))
    found = tuple(one.watched for one in looked)
    if report == REPORT:
        metrics.put([point for watched in found for point in metric_points(watched)])
    for watched in found:
        audit.append(_event(watched, actor, clock.now()))
    return found


def _others(first: "Looked", look: "Look") -> Iterator["Looked"]:
    """Yield what was found of the other versions that answered, the newest first."""
    for package in reversed(look.registry.packages()):
        is_first = package.version == first.watched.model_version
        if first.versions.get(package.version) and not is_first:
            yield look.at(package)


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
