"""What a purge would do with one store."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import PurgeRun
from stayline.domain.retention import (
    Limits,
    RecordClass,
    RetentionPolicy,
    age_days,
    limits_of,
)
from stayline.ports.aged_records import AgedStore


@dataclass(frozen=True, slots=True)
class StorePlan:
    """A store as it is, its limits, and what goes: rows older than ``kept_days``.

    ``before`` is the instant that divides them; None where nothing is ever too old.
    """

    store: str
    record_class: RecordClass
    rows: int
    oldest_days: float | None
    ceiling_days: int | None
    floor_days: int | None
    kept_days: float | None
    goes: int
    youngest_goes_days: float | None
    held_back: int
    conflict: str | None
    before: datetime | None
    tokens_digest: str = ""
    deleted: int = 0
    held_lost: int = 0
    held: frozenset[EmployeeToken] = field(default=frozenset(), repr=False)


def planned(
    store: AgedStore, policy: RetentionPolicy, held: frozenset[EmployeeToken], now: datetime
) -> StorePlan:
    """Look at a store; nothing changes."""
    limits = limits_of(store.record_class, policy, on=now.date())
    kept = _kept(store, limits, policy)
    before = None if kept is None else now - kept
    ages = store.records.ages(before or datetime.min.replace(tzinfo=now.tzinfo), held=held)
    goes = 0 if limits.conflict else ages.due
    return StorePlan(
        store=store.name,
        record_class=store.record_class,
        rows=ages.rows,
        oldest_days=age_days(ages.oldest, now),
        ceiling_days=store.ceiling_days(limits),
        floor_days=None if limits.floor is None else limits.floor.days,
        kept_days=None if kept is None else kept / timedelta(days=1),
        goes=goes,
        youngest_goes_days=age_days(ages.youngest_due, now) if goes else None,
        held_back=ages.held_back,
        conflict=None if limits.conflict is None else limits.conflict.words(),
        before=before,
        tokens_digest=ages.tokens_digest if goes else "",
        held=held,
    )


def purge_run(plan: StorePlan, run_id: str, policy: RetentionPolicy, now: datetime) -> PurgeRun:
    """Return a store's line of the ledger."""
    return PurgeRun(
        subject=plan.store,
        run_id=run_id,
        record_class=plan.record_class.value,
        jurisdiction=",".join(sorted(policy.jurisdictions)),
        started_at=now,
        completed_at=None,
        ceiling_days=plan.ceiling_days,
        floor_days=plan.floor_days,
        deleted=plan.deleted,
        youngest_deleted_days=plan.youngest_goes_days if plan.deleted else None,
        oldest_left_days=None,
        held_back=plan.held_back,
        tokens_digest=plan.tokens_digest if plan.deleted else "",
    )


def _kept(store: AgedStore, limits: Limits, policy: RetentionPolicy) -> timedelta | None:
    """Return how long something stays: as it is needed, but for the ceiling, but for the floor."""
    days = store.ceiling_days(limits)
    ceiling = None if days is None else timedelta(days=max(days - policy.purge_ahead_days, 0))
    periods = [period for period in (store.needed, ceiling) if period is not None]
    if not periods:
        return None
    floor = timedelta(days=0 if limits.floor is None else limits.floor.days)
    return max(min(periods), floor)
