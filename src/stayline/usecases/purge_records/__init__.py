"""Remove what has been kept for long enough, in every store, and write down that it was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import LegalHold
from stayline.domain.retention import RetentionPolicy
from stayline.ports.aged_records import AgedStore
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.governance_register import Entry, GovernanceRegister
from stayline.usecases.purge_records.backups import OldBackup, old_backups
from stayline.usecases.purge_records.plan import StorePlan, planned, purge_run

__all__ = ["OldBackup", "PurgeReport", "StorePlan", "old_backups", "purge_records"]


def _nobody_looks(done: int, total: int | None) -> None:
    """Take no notice."""


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What would go, or went, store by store; ``conflicts`` and ``backups`` wait for a person."""

    run_id: str
    is_real: bool
    stores: tuple[StorePlan, ...]
    conflicts: tuple[str, ...]
    backups: tuple[OldBackup, ...]

    def deleted(self, store: str) -> int:
        """Return how much went from a store."""
        return sum(plan.deleted for plan in self.stores if plan.store == store)


def purge_records(
    stores: Sequence[AgedStore],
    *,
    policy: RetentionPolicy,
    is_real: bool,
    reason: str,
    actor: str,
    directory: Directory,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    progress: Callable[[int, int | None], None] = _nobody_looks,
) -> PurgeReport:
    """Return what goes; unless ``is_real`` nothing does, and nothing is written down.

    Of a class whose ceiling and floor contradict each other nothing goes. Nobody's records go who
    is under legal hold, whichever of the person's tokens they stand under. The ledger has each
    store's run before its first row goes, and its end after the last: a run that was killed is seen
    there, and the next one removes what it left.
    """
    now = clock.now()
    run_id = f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    holds = [entry.record for entry in register.entries(LegalHold)]
    subjects = [EmployeeToken(hold.subject) for hold in holds if hold.keeps_at(now)]
    held = frozenset(chain.from_iterable(directory.known_as_all(subjects).values()))
    plans: list[StorePlan] = []
    for number, store in enumerate(stores):
        progress(number, len(stores))
        plan = planned(store, policy, held, now)
        if is_real:
            run = purge_run(plan, run_id, policy, now)
            entry_id = f"{run_id}:{store.name}"
            register.add([Entry(entry_id, run, now, actor)])
            plan = _carried_out(store, plan, held)
            run = replace(
                purge_run(plan, run_id, policy, now),
                completed_at=clock.now(),
                held_lost=plan.held_lost,
            )
            register.add([Entry(entry_id, run, clock.now(), actor)])
            if plan.conflict is not None or plan.deleted:
                audit.append(_event(plan, run_id, actor, reason, clock))
        plans.append(plan)
    progress(len(stores), len(stores))
    age = timedelta(days=policy.raw_inputs_days)
    return PurgeReport(
        run_id,
        is_real,
        tuple(plans),
        tuple(dict.fromkeys(plan.conflict for plan in plans if plan.conflict is not None)),
        tuple(old_backups(policy.backups, now - age, now)),
    )


def _carried_out(store: AgedStore, plan: StorePlan, held: frozenset[EmployeeToken]) -> StorePlan:
    """Remove what is due, and count again what had to stay."""
    if plan.before is None or plan.conflict is not None:
        return plan
    deleted = store.records.purge(plan.before, held=plan.held)
    if not held:
        return replace(plan, deleted=deleted)
    left = store.records.ages(plan.before, held=plan.held)
    return replace(plan, deleted=deleted, held_lost=max(plan.held_back - left.held_back, 0))


def _event(plan: StorePlan, run_id: str, actor: str, reason: str, clock: Clock) -> AuditEvent:
    is_refused = plan.conflict is not None
    return AuditEvent(
        AuditEventKind.PURGE_REFUSED if is_refused else AuditEventKind.RECORDS_PURGED,
        actor=actor,
        subject=plan.store,
        at=clock.now(),
        details={
            "run": run_id,
            "class": plan.record_class.value,
            "deleted": plan.deleted,
            "held_back": plan.held_back,
            "ceiling_days": plan.ceiling_days,
            "floor_days": plan.floor_days,
            "because": "conflict" if is_refused else reason,
        },
    )
