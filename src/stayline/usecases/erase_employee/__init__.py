"""Erase a person from every store, so that no file holds them any more; a tombstone stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import DeferredErasure, LegalHold
from stayline.domain.register.rights import Erasure
from stayline.errors import HeldByLaw, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister
from stayline.usecases.erase_employee.finishing import Finished, finish
from stayline.usecases.erase_employee.stores import PersonalStores

__all__ = ["Finished", "PersonalStores", "erase_employee", "finish_erasures"]


def erase_employee(
    tokens: Sequence[EmployeeToken],
    *,
    hr_ids: Sequence[str],
    decisions_before: datetime | None,
    reason: str,
    stores: PersonalStores,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> Finished:
    """Return what went, store by store, once nothing of the person is left.

    ``tokens`` are all that the person has had, the newest first. The person is barred from scoring
    first, then the tombstone is written, then the online features go, so nobody is served half
    erased; killed at any point, `finish_erasures` or the same call again completes it. Decisions
    made at or after ``decisions_before`` must be kept by law and stay, by token; None keeps none.
    Of the register the words go, and audit events stay: they hold tokens, never features. Raises
    `HeldByLaw`, which keeps the request for later, `UnknownEmployee`, `ErasureUnfinished`.
    """
    now, token = clock.now(), tokens[0]
    tombstones = _tombstones(register, tokens)
    if not tombstones and not stores.know(tokens):
        raise _told(UnknownEmployee(token), token, audit, actor, now)
    matters = _matters(register, tokens, now)
    if matters:
        deferred = DeferredErasure(token, now, reason)
        register.add([Entry(f"deferred:{token}", deferred, now, actor)])
        raise _told(HeldByLaw(token, matters), token, audit, actor, now)
    begun = [one for one in tombstones if one.record.completed_at is None]
    if not begun:
        for one in tokens:
            stores.opt_outs.opt_out(one, at=now)
        begun = [Entry(f"erasure:{one}", Erasure(one, now), now, actor) for one in tokens]
        register.add(begun)
        started = AuditEventKind.ERASURE_STARTED
        audit.append(AuditEvent(started, actor, token, now, {"because": reason}))
    done = finish(tokens, hr_ids, decisions_before, stores, register, audit, clock, actor)
    _settle(register, tokens, begun, actor, clock.now())
    return done


def finish_erasures(
    *,
    decisions_before: datetime | None,
    stores: PersonalStores,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> int:
    """Return how many erasures were completed: cut short, deferred by a hold now lifted, or undone.

    Undone is one whose person is known again although nobody lifted the tombstone: somebody wrote
    while the erasure went on. Raises `ErasureUnfinished` for the first that cannot be completed.
    """
    now, count = clock.now(), 0
    tombstones = [one.record for one in register.entries(Erasure) if one.record.lifted_at is None]
    waiting = [
        one.record for one in register.entries(DeferredErasure) if one.record.settled_at is None
    ]
    erased = {one.subject for one in tombstones}
    due = [one.subject for one in tombstones if _is_due(one, stores)]
    due += [asked.subject for asked in waiting if asked.subject not in due]
    done: set[EmployeeToken] = set()
    for token in map(EmployeeToken, due):
        tokens = stores.directory.known_as(token)
        if token in done or _matters(register, tokens, now):
            continue
        done.update(tokens)
        if erased.isdisjoint(tokens) and not stores.know(tokens):
            _settle(register, tokens, [], actor, now)  # gone by itself while it waited
            continue
        entry = stores.directory.find(tokens[0])
        erase_employee(
            tokens,
            hr_ids=[] if entry is None else [entry.hr_id],
            decisions_before=decisions_before,
            reason="completed by the purge",
            stores=stores,
            register=register,
            audit=audit,
            clock=clock,
            actor=actor,
        )
        count += 1
    free = [token for token in map(EmployeeToken, erased) if not _matters(register, [token], now)]
    if free:
        stores.decisions.erase(free, before=decisions_before)
    return count


def _is_due(tombstone: Erasure, stores: PersonalStores) -> bool:
    return tombstone.completed_at is None or stores.know([EmployeeToken(tombstone.subject)])


def _matters(
    register: GovernanceRegister, tokens: Sequence[EmployeeToken], at: datetime
) -> tuple[str, ...]:
    holds = [
        entry.record for token in tokens for entry in register.entries(LegalHold, subject=token)
    ]
    return tuple(hold.matter for hold in holds if hold.keeps_at(at))


def _tombstones(
    register: GovernanceRegister, tokens: Sequence[EmployeeToken]
) -> list[Entry[Erasure]]:
    found = [entry for token in tokens for entry in register.entries(Erasure, subject=token)]
    return [entry for entry in found if entry.record.lifted_at is None]


def _settle(
    register: GovernanceRegister,
    tokens: Sequence[EmployeeToken],
    begun: Sequence[Entry[Erasure]],
    actor: str,
    at: datetime,
) -> None:
    """Write down that it is complete, of a request that had waited for it, too.

    Under the ids they have: a rotation of the token key changes subjects, never an id.
    """
    completed = [replace(one.record, completed_at=at) for one in begun]
    register.add(
        [Entry(e.entry_id, record, at, actor) for e, record in zip(begun, completed, strict=True)]
    )
    for token in tokens:
        for entry in register.entries(DeferredErasure, subject=token):
            if entry.record.settled_at is None:
                settled = replace(entry.record, settled_at=at)
                register.add([Entry(entry.entry_id, settled, at, actor)])


def _told(
    refusal: HeldByLaw | UnknownEmployee,
    token: EmployeeToken,
    audit: AuditLog,
    actor: str,
    at: datetime,
) -> HeldByLaw | UnknownEmployee:
    kind = AuditEventKind.REQUEST_REFUSED
    audit.append(refused(kind, refusal, actor=actor, subject=token, at=at))
    return refusal
