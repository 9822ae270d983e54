"""Gather whether every answer is on record, and whether the record is whole."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from typing import NamedTuple

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.log import (
    ClockStep,
    LogEvidence,
    LogParameters,
    Reconciled,
)
from stayline.domain.compliance.verdicts import SHOWN_AT_MOST, Window
from stayline.domain.register.rights import Erasure
from stayline.domain.risk_score import ScoreSource
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.check_compliance.captured import captured
from stayline.usecases.check_compliance.replay import replays
from stayline.usecases.check_compliance.trail import trail

PURGED_AHEAD = timedelta(days=2)
"""How long before their ceiling captured rows may be purged: nobody can be held against them."""
_MOST_STEPS = 1000
_NEEDED = ("prediction_id", "model_version", "band", "source")


class _Answer(NamedTuple):
    """One side of an answer: what was audited, or what was captured."""

    at: datetime
    is_captured: bool
    prediction_id: str


def gather_log(
    window: Window,
    *,
    parameters: LogParameters,
    capture: CaptureLog,
    features: FeatureStore,
    registry: ModelRegistry,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    captured_days: int,
    sampling_percent: int,
) -> LogEvidence:
    """Return the evidence of area LOG.

    Captured rows are kept for ``captured_days`` days, of ``sampling_percent`` of the answers.
    """
    capture.flush()
    kept_for = max(timedelta(days=captured_days) - PURGED_AHEAD, timedelta(0))
    since = min(max(window.since, clock.now() - kept_for), window.until)
    recent = Window(since, window.until)
    erased = {entry.record.subject for entry in register.entries(Erasure)}
    events, steps = _clock_steps(window, audit)
    return LogEvidence(
        answers=replace(
            _reconciled(recent, capture, audit, registry, erased),
            sampling_percent=sampling_percent,
        ),
        events=events,
        problems=tuple(audit.problems()),
        clock_steps=tuple(steps),
        seed=parameters.seed,
        replays=tuple(
            replays(recent, parameters.sample, parameters.seed, capture, features, registry)
        ),
    )


def _reconciled(
    window: Window,
    capture: CaptureLog,
    audit: AuditLog,
    registry: ModelRegistry,
    erased: Collection[str],
) -> Reconciled:
    """Hold answers and captured rows against each other as both pass by in the order of time.

    What has met its other side is forgotten, so that no more is in memory than was answered within
    an hour or so, however many there are.
    """
    versions = {package.version for package in registry.packages()}
    incomplete = list[str]()
    alone: dict[str, bool] = {}
    counted = {False: 0, True: 0}
    for one in merge(
        _audited(window, audit, versions, incomplete, erased),
        _kept(window, capture, erased),
        key=lambda one: one.at,
    ):
        counted[one.is_captured] += 1
        if alone.get(one.prediction_id) is (not one.is_captured):
            del alone[one.prediction_id]
        else:
            alone[one.prediction_id] = one.is_captured
    captured_only = sum(alone.values())
    return Reconciled(
        since=window.since,
        answered=counted[False],
        captured=counted[True],
        answered_only=len(alone) - captured_only,
        captured_only=captured_only,
        incomplete=len(incomplete),
        ids=tuple(sorted({*alone, *incomplete})[:SHOWN_AT_MOST]),
    )


def _audited(
    window: Window,
    audit: AuditLog,
    versions: set[int],
    incomplete: list[str],
    erased: Collection[str],
) -> Iterator[_Answer]:
    """Yield the answers that a model was asked for; kept scores that were served have no row."""
    for event in trail(audit, window.since, window.until, (AuditEventKind.EMPLOYEE_SCORED,)):
        prediction_id = str(event.details.get("prediction_id", ""))
        if not _is_complete(event, versions):
            incomplete.append(prediction_id)
        is_kept_one = event.details.get("source") == ScoreSource.NIGHTLY.value
        if not is_kept_one and event.subject not in erased:
            yield _Answer(event.at, False, prediction_id)


def _is_complete(event: AuditEvent, versions: set[int]) -> bool:
    """Whether an answer says who asked and what answered; a version leads to hash and threshold."""
    has_all = all(event.details.get(name) not in (None, "") for name in _NEEDED)
    return has_all and bool(event.actor.strip()) and event.details["model_version"] in versions


def _kept(window: Window, capture: CaptureLog, erased: Collection[str]) -> Iterator[_Answer]:
    for one in captured(capture, window.since, window.until):
        if one.token not in erased:
            yield _Answer(one.at, True, one.event_id)


def _clock_steps(window: Window, audit: AuditLog) -> tuple[int, list[ClockStep]]:
    """Count the events of the window, and return where the time went back, and by how much."""
    steps = list[ClockStep]()
    newest = window.since
    position = 0
    for position, event in enumerate(trail(audit, window.since, window.until), 1):
        if event.at < newest and len(steps) < _MOST_STEPS:
            back = (newest - event.at).total_seconds()
            steps.append(ClockStep(position, event.at, back))
        newest = max(newest, event.at)
    return position, steps
