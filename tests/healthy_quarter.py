"""A quarter in which every control passes, to change one thing of and see what that flips.

All times are relative to ``until``, so that the same quarter can end on any day: before a law
applies, or after. The default is a day on which all of them do.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import healthy_areas
from stayline.domain.compliance.areas.retention import (
    PurgeAttempt,
    RetentionEvidence,
    StoreAge,
)
from stayline.domain.compliance.catalogue import Evidence, Parameters, judge_all
from stayline.domain.compliance.legal_register import REGISTER
from stayline.domain.compliance.legal_sources import LegalPolicy, LegalRegister
from stayline.domain.compliance.verdicts import Status, Verdict, Window
from stayline.domain.register.retention import PurgeRun

UNTIL = datetime(2028, 4, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LENGTH = 91 * DAY


def window_to(until: datetime = UNTIL) -> Window:
    """Return the window that ends then."""
    return Window(until - LENGTH, until)


def law_read_on(day: date) -> LegalRegister:
    """Return the register as if every source had been read again on that day."""
    return REGISTER.under(LegalPolicy(verified_on=dict.fromkeys(REGISTER.sources, day)))


def healthy_quarter(until: datetime = UNTIL) -> Evidence:
    """Return evidence of every area with which all controls pass whose law applies by then."""
    return Evidence(
        retention=_retention(until),
        fairness=healthy_areas.fairness(until),
        data=healthy_areas.data(until),
        transparency=healthy_areas.transparency(until),
        security=healthy_areas.security(until),
        accountability=healthy_areas.accountability(until),
    )


def changed(evidence: Evidence, area: str, **values: Any) -> Evidence:
    """Return the evidence with some fields of one area set to other values."""
    return replace(evidence, **{area: replace(getattr(evidence, area), **values)})


def verdicts(
    evidence: Evidence, until: datetime = UNTIL, law: LegalRegister | None = None
) -> dict[str, Verdict]:
    """Return the verdict of every control, by its id."""
    law = law or law_read_on(until.date())
    judged = judge_all(evidence, window_to(until), Parameters(), law)
    return {one.question.control_id: one.verdict for one in judged}


def flipped(
    evidence: Evidence, until: datetime = UNTIL, law: LegalRegister | None = None
) -> dict[str, Status]:
    """Return the controls of the whole catalogue that come out otherwise than when all is well."""
    well = verdicts(healthy_quarter(until), until)
    return {
        control_id: verdict.status
        for control_id, verdict in verdicts(evidence, until, law).items()
        if verdict.status is not well[control_id].status
    }


def purge_run(until: datetime = UNTIL, **values: Any) -> PurgeRun:
    """Return a store's part of a purge run on the last day, in which all went well."""
    started_at = until - timedelta(hours=3)
    run = PurgeRun(
        subject="capture", run_id="run-1", record_class="R1", jurisdiction="*",
        started_at=started_at, completed_at=started_at + SECOND, ceiling_days=179.0,
        floor_days=None, deleted=10, youngest_deleted_days=179.0, oldest_left_days=178.9,
        held_back=0,
    )  # fmt: skip
    return replace(run, **values)


def _retention(until: datetime) -> RetentionEvidence:
    window = window_to(until)
    return RetentionEvidence(
        looked_at=until,
        stores=(StoreAge("capture", 1000, until - 179 * DAY),),
        backups=(StoreAge("backup-1", 1, until - 10 * DAY),),
        ledger=(purge_run(until), purge_run(until, record_class="R2", deleted=0)),
        attempts=tuple(PurgeAttempt(window.since + day * DAY, True) for day in range(91)),
        kept_since=window.since - 400 * DAY,
    )
