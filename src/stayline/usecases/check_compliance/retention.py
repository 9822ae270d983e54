"""Gather what was kept, removed and held back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.areas.retention_records import (
    PurgeAttempt,
    Removal,
    RetentionEvidence,
    StoreAge,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.job_runs import RunOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import LegalHold, PurgeRun
from stayline.domain.register.words import ELSEWHERE, without_words
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.job_book import JobBook
from stayline.ports.score_board import ScoreBoard
from stayline.usecases.check_compliance.trail import BEGINNING, trail

PURGE_JOB = "purge"
_REMOVALS = (
    AuditEventKind.EMPLOYEE_ERASED,
    AuditEventKind.FEATURES_ERASED,
    AuditEventKind.RECORDS_PURGED,
)


def gather_retention(
    window: Window,
    *,
    backups: Sequence[StoreAge],
    capture: CaptureLog,
    scores: ScoreBoard,
    directory: Directory,
    register: GovernanceRegister,
    jobs: JobBook,
    audit: AuditLog,
    clock: Clock,
) -> RetentionEvidence:
    """Return the evidence of area RET.

    A hold stands under every token of the person: what was removed before a rotation of the token
    key is on record under the earlier one.
    """
    runs = jobs.runs(PURGE_JOB)
    return RetentionEvidence(
        looked_at=clock.now(),
        stores=(_captured(capture, clock.now()), _kept_scores(scores)),
        backups=tuple(backups),
        ledger=tuple(
            entry.record
            for entry in register.entries(PurgeRun)
            if window.holds(entry.record.started_at)
        ),
        holds=_holds(register, directory),
        removals=tuple(
            Removal(event.subject, event.at, event.kind.value)
            for event in trail(audit, window.since, window.until, _REMOVALS)
        ),
        attempts=tuple(
            PurgeAttempt(run.started_at, run.outcome is RunOutcome.SUCCEEDED)
            for run in runs
            if run.outcome is not RunOutcome.ENROLLED and window.holds(run.started_at)
        ),
        kept_since=min((run.scheduled_for for run in runs), default=None),
    )


def _holds(register: GovernanceRegister, directory: Directory) -> tuple[LegalHold, ...]:
    holds = [without_words(entry.record, ELSEWHERE) for entry in register.entries(LegalHold)]
    names = directory.known_as_all([EmployeeToken(hold.subject) for hold in holds])
    return tuple(
        replace(hold, subject=token)
        for hold in holds
        for token in names[EmployeeToken(hold.subject)]
    )


def _captured(capture: CaptureLog, now: datetime) -> StoreAge:
    """Return what the capture log holds, reading records of its oldest hour only."""
    oldest_hour, rows = None, 0
    for block in capture.blocks(BEGINNING, now):
        oldest_hour = oldest_hour or block.hour
        rows += block.lines.count(b"\n")
    oldest = None if oldest_hour is None else min(_times(capture, oldest_hour, now), default=None)
    return StoreAge("capture", rows, oldest)


def _times(capture: CaptureLog, hour: datetime, now: datetime) -> Iterator[datetime]:
    for record in capture.read(hour, now):
        if record.inferred_at.replace(minute=0, second=0, microsecond=0) > hour:
            return
        yield record.inferred_at


def _kept_scores(scores: ScoreBoard) -> StoreAge:
    entries = scores.entries()
    return StoreAge("score board", len(entries), min((e.scored_at for e in entries), default=None))
