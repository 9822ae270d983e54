"""Gather how models came to people, what they say of themselves, and how they were watched."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

import msgspec

from stayline.domain.alarms import AlarmState
from stayline.domain.compliance.areas.model_records import (
    DeclaredMetric,
    GateSeen,
    LiveQuality,
    ModelEvidence,
    RangAlarm,
    ServedVersion,
    TrainedOn,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.gates import Verdict
from stayline.domain.job_runs import RunOutcome
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.monitoring import Monitor
from stayline.errors import PackageRefused, ReportUnreadable, UnknownModel, UnknownReport
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest
from stayline.formats.watched_form import FILE, decode_watched
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.decision_book import DecisionBook
from stayline.ports.job_book import JobBook
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.report_shelf import ReportShelf
from stayline.usecases.check_compliance.served import Service, manifest_of, services
from stayline.usecases.check_compliance.trail import BEGINNING

WATCH = "watch"
"""The job that watches, and what its reports are called; each stands under its window's end."""
_MOST_TRANSITIONS = 100_000


def gather_models(
    window: Window,
    *,
    registry: ModelRegistry,
    decisions: DecisionBook,
    reports: ReportShelf,
    alarms: AlarmBook,
    jobs: JobBook,
    audit: AuditLog,
) -> ModelEvidence:
    """Return the evidence of area MOD."""
    at_work = services(window, audit, registry)
    packages = {version: _package(version, registry) for version in at_work}
    known = {version: package for version, package in packages.items() if package is not None}
    manifests = {version: manifest_of(package, registry) for version, package in known.items()}
    whole = {version: one for version, one in manifests.items() if one is not None}
    deployed = [at for service in at_work.values() for at in service.deployed]
    return ModelEvidence(
        served=tuple(
            _served(version, service, packages[version], version in whole)
            for version, service in at_work.items()
        ),
        metrics=tuple(
            metric
            for version, manifest in whole.items()
            for metric in _metrics(known[version], manifest)
        ),
        live=tuple(_live(window, reports)),
        gates=tuple(gate for version, one in whole.items() for gate in _gates(version, one)),
        watched_days=tuple(sorted(
            (run.scheduled_for - timedelta(days=1)).date()
            for run in jobs.runs(WATCH)
            if run.outcome is RunOutcome.SUCCEEDED and run.scheduled_for > window.since
        )),
        watched_since=min(deployed, default=None),
        alarms=tuple(_alarms(window, alarms)),
        trained=tuple(
            _trained(known[version], manifest, decisions) for version, manifest in whole.items()
        ),
    )  # fmt: skip


def _package(version: int, registry: ModelRegistry) -> ModelPackage | None:
    with suppress(UnknownModel):
        return registry.find(version)
    return None


def _served(
    version: int, service: Service, package: ModelPackage | None, is_whole: bool
) -> ServedVersion:
    """Return how a version came to serve; one that the registry does not know has no approval."""
    if package is None:
        return ServedVersion(version, "", "", None, None, service.first_traffic_at, is_whole=False)
    is_approved = package.status is ApprovalStatus.APPROVED
    return ServedVersion(
        version=version,
        digest=package.digest,
        trained_by=package.trained_by,
        approved_by=package.decided_by if is_approved else None,
        approved_at=package.decided_at if is_approved else None,
        first_traffic_at=service.first_traffic_at,
        deployed_at=min(service.deployed, default=None),
        deployed_digests=tuple(sorted(service.digests)),
        is_whole=is_whole,
        is_stand_in=package.is_stand_in,
    )


def _metrics(package: ModelPackage, manifest: Manifest) -> Iterator[DeclaredMetric]:
    """Yield each declared figure beside the one of the evaluation that the pipeline packed."""
    last: Mapping[str, object] = manifest.evaluations[-1] if manifest.evaluations else {}
    for name, declared in sorted(package.metrics.items()):
        yield DeclaredMetric(package.version, name, declared, _figure(last.get(name)))


def _figure(estimate: object) -> float | None:
    with suppress(msgspec.ValidationError):
        return msgspec.convert(estimate, dict[str, float | None]).get("value")
    return None


def _live(window: Window, reports: ReportShelf) -> Iterator[LiveQuality]:
    """Yield what the windows that were watched say of quality, where labels were enough to say."""
    for at in reports.times(WATCH):
        if not window.since < at <= window.until:
            continue
        with suppress(UnknownReport):
            for name, content in reports.get(WATCH, at).items():
                if name == FILE or name.endswith(f"-{FILE}"):
                    yield from _qualities(content)


def _qualities(content: bytes) -> Iterator[LiveQuality]:
    with suppress(ReportUnreadable):
        watched = decode_watched(content)
        for finding in watched.findings:
            is_judged = finding.verdict is not Verdict.INSUFFICIENT
            if finding.monitor is Monitor.QUALITY and is_judged:
                yield LiveQuality(
                    watched.model_version,
                    watched.window.end,
                    finding.metric or finding.check,
                    finding.verdict is Verdict.FAIL,
                )


def _gates(version: int, manifest: Manifest) -> Iterator[GateSeen]:
    with suppress(PackageRefused):
        for result in recorded_gates(manifest):
            waiver = result.waiver
            yield GateSeen(
                version=version,
                title=result.title,
                has_passed=result.verdict is Verdict.PASS,
                is_blocking=result.is_blocking,
                waived_by=None if waiver is None else waiver.filed_by,
                waived_until=None if waiver is None else waiver.expires_on,
            )


def _alarms(window: Window, alarms: AlarmBook) -> Iterator[RangAlarm]:
    heard = {(one.alarm, one.since): one.at for one in reversed(alarms.acknowledgements())}
    for one in alarms.history(limit=_MOST_TRANSITIONS):
        if one.state is AlarmState.ALARM and window.holds(one.at):
            yield RangAlarm(one.alarm, one.at, heard.get((one.alarm, one.at)))


def _trained(package: ModelPackage, manifest: Manifest, decisions: DecisionBook) -> TrainedOn:
    treated = manifest.training.get("treated_people")
    before = {
        one.token
        for one in decisions.between(BEGINNING, package.trained_at)
        if one.action.is_treatment
    }
    return TrainedOn(package.version, int(treated) if treated is not None else None, len(before))
