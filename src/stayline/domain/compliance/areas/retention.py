"""RET: nothing is kept too long, nothing is removed too early, and both can be proven."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from stayline.domain.compliance.areas.retention_floors import FLOORED, FLOORS, RAW
from stayline.domain.compliance.areas.retention_records import (
    PurgeAttempt,
    RetentionEvidence,
    StoreAge,
)
from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN, REGISTER, applies_on
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.retention import PurgeRun


@dataclass(frozen=True, slots=True)
class RetentionParameters:
    """``[controls.retention]``: days; a purge may be late by ``purge_late_hours``, no more.

    ``kept_longer`` names stores of raw inputs that have a reason, and a ceiling, of their own: what
    models learn from reaches back further than what was asked.
    """

    ceiling_days: float = 180
    kept_longer: tuple[str, ...] = ("feature history",)
    purge_every_hours: float = 24
    purge_late_hours: float = 24
    backup_ceiling_days: float = 180


def nothing_raw_is_too_old(
    evidence: RetentionEvidence, window: Window, parameters: RetentionParameters
) -> Verdict:
    """RET-01: by what lies there now, and by what the ledger says was left on each day."""
    ceiling = timedelta(days=parameters.ceiling_days)
    old = [one.store for one in _older(evidence.stores, evidence.looked_at - ceiling)]
    longer = parameters.kept_longer
    raw = [run for run in evidence.ledger if run.record_class == RAW and run.subject not in longer]
    left = [run.oldest_left_days for run in raw if run.oldest_left_days is not None]
    old += [run.subject for run in raw if (run.oldest_left_days or 0) > parameters.ceiling_days]
    ages = [evidence.looked_at - one.oldest_at for one in evidence.stores if one.oldest_at]
    oldest = max([age / timedelta(days=1) for age in ages] + left, default=0.0)
    rows = sum(store.rows for store in evidence.stores)
    if not raw:
        reason = "No purge run is in the ledger, so nothing tells what was kept on each day."
        return no_evidence(reason, {"rows": rows}) if not old else _too_old(old, rows, oldest)
    if old:
        return _too_old(old, rows, oldest)
    return judged_by(
        [],
        looked_at=len(raw),
        right=f"Nothing raw is or was older than {parameters.ceiling_days:g} days.",
        wrong="",
        nothing="",
        counts={"rows": rows, "oldest_days": round(oldest, 3)},
        warnings=[
            f"{store} is kept by a ceiling of its own, up to {max(days):g} days so far."
            for store in longer
            if (days := _left(evidence.ledger, store))
        ],
    )


def nothing_was_removed_too_early(
    evidence: RetentionEvidence, window: Window, parameters: RetentionParameters
) -> Verdict:
    """RET-02: the youngest record that each purge run removed against the floors of its day."""
    runs = [run for run in evidence.ledger if run.record_class in FLOORED]
    early = [run for run in runs if run.deleted and _is_early(run)]
    return judged_by(
        [f"{run.subject} ({run.run_id})" for run in early],
        looked_at=len(evidence.ledger),
        right="No record was removed before the longest floor that bound it.",
        wrong="Records were removed before they could be.",
        nothing="No purge run is in the ledger.",
        counts={
            "runs_with_floors": len(runs),
            "removed": sum(run.deleted for run in runs),
            "removed_in_early_runs": sum(run.deleted for run in early),
        },
        warnings=_coming_floors(window.until.date()),
    )


def nobody_on_hold_was_purged(
    evidence: RetentionEvidence, window: Window, parameters: RetentionParameters
) -> Verdict:
    """RET-03: removals against the holds as they stood then, and what a hold must say."""
    vague = [hold.subject for hold in evidence.holds if not (hold.matter and hold.reason.strip())]
    purged = [
        removal.subject
        for removal in evidence.removals
        for hold in evidence.holds
        if hold.subject == removal.subject and hold.holds_at(removal.removed_at)
    ]
    lost = [run.subject for run in evidence.ledger if _held_lost(run)]
    return judged_by(
        [*purged, *vague, *lost],
        looked_at=len(evidence.ledger) + len(evidence.removals),
        right="Nothing of a person on legal hold was removed.",
        wrong="Records of people on legal hold were removed, or a hold does not say why.",
        nothing="No purge run and no removal is on record.",
        counts={
            "holds": len(evidence.holds),
            "removals": len(evidence.removals),
            "held_and_removed": len(purged),
            "held_and_lost": sum(map(_held_lost, evidence.ledger)),
            "held_back": sum(run.held_back for run in evidence.ledger),
            "holds_without_reason": len(vague),
        },
    )


def the_purge_ran_and_was_scanned(
    evidence: RetentionEvidence, window: Window, parameters: RetentionParameters
) -> Verdict:
    """RET-04: on schedule, to its end, and no backup outlives the ceiling."""
    if not evidence.attempts or not evidence.ledger or evidence.kept_since is None:
        return no_evidence("No purge has run, or it left no ledger.")
    longest = timedelta(hours=parameters.purge_every_hours + parameters.purge_late_hours)
    begin = max(window.since, evidence.kept_since)
    missed = list(_gaps(_successes(evidence.attempts), begin, window.until, longest))
    unended = [run.subject for run in evidence.ledger if _was_left(run, evidence.ledger)]
    unscanned = [] if _is_scanned(evidence.ledger, longest) else ["no scan after the last purge"]
    ceiling = timedelta(days=parameters.backup_ceiling_days)
    backups = [one.store for one in _older(evidence.backups, evidence.looked_at - ceiling)]
    return judged_by(
        [*missed, *unended, *unscanned, *backups],
        looked_at=len(evidence.attempts),
        right="The purge ran on schedule and to its end, was scanned after, and no backup is old.",
        wrong="The purge was missed, not finished or not scanned, or a backup is too old.",
        nothing="",
        counts={
            "failed_runs": sum(not one.has_succeeded for one in evidence.attempts),
            "missed": len(missed),
            "not_finished": len(unended),
            "not_scanned": len(unscanned),
            "backups_too_old": len(backups),
        },
    )


def _too_old(stores: Sequence[str], rows: int, oldest: float) -> Verdict:
    return judged_by(
        stores,
        looked_at=len(stores),
        right="",
        wrong="Raw inputs are, or were, kept longer than the ceiling.",
        nothing="",
        counts={"rows": rows, "oldest_days": round(oldest, 6)},
    )


def _left(ledger: Sequence[PurgeRun], store: str) -> list[float]:
    return [
        run.oldest_left_days
        for run in ledger
        if run.subject == store and run.oldest_left_days is not None
    ]


def _older(stores: Sequence[StoreAge], than: datetime) -> Iterator[StoreAge]:
    return (one for one in stores if one.oldest_at is not None and one.oldest_at < than)


def _held_lost(run: PurgeRun) -> int:
    """Return how many rows of people on hold a purge itself counted as gone."""
    return run.held_lost


def _is_early(run: PurgeRun) -> bool:
    floors = [floor.days for floor in FLOORS if floor.binds(run)]
    return run.youngest_deleted_days is None or run.youngest_deleted_days < max(floors, default=0)


def _coming_floors(day: date) -> list[str]:
    return [
        f"The floor of {floor.days:g} days for {floor.record_class} in {floor.jurisdiction} binds "
        f"from {REGISTER.sources[floor.source].effective_on}."
        for floor in FLOORS
        if not applies_on(floor.source, day)
    ]


def _was_left(run: PurgeRun, ledger: Sequence[PurgeRun]) -> bool:
    """Whether a run was cut short and none has gone over that store since."""
    return run.completed_at is None and not any(
        later.subject == run.subject
        and later.started_at > run.started_at
        and later.completed_at is not None
        for later in ledger
    )


def _is_scanned(ledger: Sequence[PurgeRun], within: timedelta) -> bool:
    """Whether the stores were counted anew soon after every purge but, maybe, the very last."""
    purges = [run.started_at for run in ledger if not run.is_scan]
    scans = [run.started_at for run in ledger if run.is_scan]
    return bool(scans) and (not purges or max(scans) + within >= max(purges))


def _successes(attempts: Sequence[PurgeAttempt]) -> list[datetime]:
    return sorted(one.started_at for one in attempts if one.has_succeeded)


def _gaps(
    times: Sequence[datetime], begin: datetime, end: datetime, longest: timedelta
) -> Iterator[str]:
    """Yield the beginning of every stretch without a success that is longer than it may be."""
    points = [begin, *(time for time in times if begin < time < end), end]
    for before, after in pairwise(points):
        if after - before > longest:
            yield f"{before:%Y-%m-%dT%H:%MZ}"


CONTROLS: tuple[Control[RetentionEvidence, RetentionParameters], ...] = (
    Control(
        "RET-01",
        "No raw input is older than the ceiling, now and on every day of the window.",
        (OWN, "gdpr-5"),
        True,
        ("looked_at", "stores", "ledger"),
        ("ceiling_days", "kept_longer"),
        nothing_raw_is_too_old,
    ),
    Control(
        "RET-02",
        "No event, decision or report was removed before its floor.",
        (
            *(OWN, "aia-12", "aia-18", "aia-26", "us-1602"),
            *("dpdp-8", "cert-in", "us-co", "us-ca", "nyc-144"),
        ),
        True,
        ("ledger",),
        (),
        nothing_was_removed_too_early,
    ),
    Control(
        "RET-03",
        "Nobody under legal hold was purged; each hold says why.",
        ("us-1602", "gdpr-17"),
        True,
        ("ledger", "holds", "removals"),
        (),
        nobody_on_hold_was_purged,
    ),
    Control(
        "RET-04",
        "The purge ran on schedule and to its end; no backup is too old.",
        ("gdpr-5", "gdpr-30"),
        True,
        ("looked_at", "backups", "ledger", "attempts", "kept_since"),
        ("purge_every_hours", "purge_late_hours", "backup_ceiling_days"),
        the_purge_ran_and_was_scanned,
    ),
)
