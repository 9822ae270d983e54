"""Look at every store again after a purge, and write down the oldest that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from uuid import uuid4

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import SCAN, LegalHold, PurgeRun
from stayline.domain.retention import RecordClass, RetentionPolicy, age_days, limits_of
from stayline.ports.aged_records import AgedStore
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.governance_register import Entry, GovernanceRegister


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found in a store; ``is_over`` when something of nobody held is too old."""

    store: str
    record_class: RecordClass
    rows: int
    oldest_left_days: float | None
    ceiling_days: int | None
    over: int
    held_back: int

    @property
    def is_over(self) -> bool:
        """Whether something has passed its ceiling."""
        return self.over > 0


def scan_records(
    stores: Sequence[AgedStore],
    *,
    policy: RetentionPolicy,
    actor: str,
    directory: Directory,
    register: GovernanceRegister,
    clock: Clock,
) -> tuple[Scanned, ...]:
    """Return what is left, judged by the ceiling itself: at exactly that age nothing is too old.

    It counts anew, from the stores and not from what a purge says of itself.
    """
    now = clock.now()
    run_id = f"{SCAN}{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    holds = [entry.record for entry in register.entries(LegalHold)]
    subjects = [EmployeeToken(hold.subject) for hold in holds if hold.keeps_at(now)]
    held = frozenset(chain.from_iterable(directory.known_as_all(subjects).values()))
    found = tuple(_scanned(store, policy, held, now) for store in stores)
    register.add(
        [
            Entry(f"{run_id}:{one.store}", _line(one, run_id, policy, now), now, actor)
            for one in found
        ]
    )
    return found


def _scanned(
    store: AgedStore, policy: RetentionPolicy, held: frozenset[EmployeeToken], now: datetime
) -> Scanned:
    ceiling = store.ceiling_days(limits_of(store.record_class, policy, on=now.date()))
    never = datetime.min.replace(tzinfo=now.tzinfo)
    before = never if ceiling is None else now - timedelta(days=ceiling)
    ages = store.records.ages(before, held=held)
    return Scanned(
        store=store.name,
        record_class=store.record_class,
        rows=ages.rows,
        oldest_left_days=age_days(ages.oldest, now),
        ceiling_days=ceiling,
        over=ages.due,
        held_back=ages.held_back,
    )


def _line(one: Scanned, run_id: str, policy: RetentionPolicy, now: datetime) -> PurgeRun:
    floor = limits_of(one.record_class, policy, on=now.date()).floor
    return PurgeRun(
        subject=one.store,
        run_id=run_id,
        record_class=one.record_class.value,
        jurisdiction=",".join(sorted(policy.jurisdictions)),
        started_at=now,
        completed_at=now,
        ceiling_days=one.ceiling_days,
        floor_days=None if floor is None else floor.days,
        deleted=0,
        youngest_deleted_days=None,
        oldest_left_days=one.oldest_left_days,
        held_back=one.held_back,
    )
