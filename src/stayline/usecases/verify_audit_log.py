"""Find out whether the audit log is whole: nothing altered, removed, inserted or cut off."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from stayline.domain.audit_chain import (
    AuditVerification,
    ChainCheck,
    Checkpoint,
    CheckpointList,
)
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog
from stayline.ports.checkpoints import Checkpoints
from stayline.ports.clock import Clock


def verify_audit_log(
    *,
    audit: AuditLog,
    checkpoints: Checkpoints,
    clock: Clock,
    actor: str,
    copy: bytes | None = None,
    public_key: bytes | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> AuditVerification:
    """Return what is broken, and note in the log that it was looked at.

    The chain shows what was changed within it; that its newest events were removed, or that all of
    it was written anew, is shown by the checkpoints only. ``copy`` is the text of checkpoints kept
    elsewhere, which show that those here were removed or forged as well; ``public_key`` in PEM,
    kept elsewhere too, shows that the key was replaced. Raises `SettingRefused` when that is none.
    """
    kept = checkpoints.kept(public_key)
    copied = CheckpointList(()) if copy is None else checkpoints.read(copy, public_key)
    known = (*kept.checkpoints, *copied.checkpoints)
    check = audit.check({one.position for one in known}, progress=progress)
    problems = [
        *check.problems,
        *kept.problems,
        *(f"in the copy, {problem}" for problem in copied.problems),
        *_against_checkpoints(check, known),
        *_gone(copied.checkpoints, kept.checkpoints),
        *(() if check.problems else _unkept(audit, checkpoints, public_key)),
    ]
    found = AuditVerification(
        count=check.count,
        head=check.head,
        problems=tuple(problems),
        notes=tuple(_notes(check, known)),
        reversals=check.reversals,
        checkpoints=len({one.digest for one in known}),
        anchored=max((one.position for one in known), default=0),
    )
    audit.append(_looked(found, actor, clock))
    return found


def _against_checkpoints(check: ChainCheck, known: Iterable[Checkpoint]) -> Iterable[str]:
    """Yield where the chain is not the one that was signed: the earliest place, and a missing end.

    Past a broken link nothing is known, so that nothing is told of it.
    """
    agreed = 0
    for one in sorted(known, key=lambda one: one.position):
        link = check.links.get(one.position)
        if link is None:
            break
        if link != one.link:
            yield (
                f"audit event {one.position} is not the one that was signed on {_time(one)}: "
                f"events after {agreed} were replaced"
            )
            return
        agreed = one.position
    newest = max(known, key=lambda one: one.position, default=None)
    if newest is not None and newest.position > check.count and not check.problems:
        yield (
            f"the newest {newest.position - check.count} audit events are missing: there were "
            f"{newest.position} on {_time(newest)}"
        )


def _gone(copied: Iterable[Checkpoint], kept: Iterable[Checkpoint]) -> Iterable[str]:
    here = {one.digest for one in kept}
    for one in copied:
        if one.digest not in here:
            yield f"the checkpoint of {_time(one)} at event {one.position} is no longer kept here"


def _unkept(audit: AuditLog, checkpoints: Checkpoints, public_key: bytes | None) -> Iterable[str]:
    """Yield the checkpoints that the log says were signed and that are not there any more."""
    told = list(audit.between(kinds={AuditEventKind.CHECKPOINT_SIGNED}))
    here = {one.digest for one in checkpoints.kept(public_key).checkpoints}
    for event in told:
        if event.subject not in here:
            yield f"the checkpoint that was signed on {event.at:%Y-%m-%d %H:%M:%S} UTC is missing"


def _notes(check: ChainCheck, known: Sequence[Checkpoint]) -> Iterable[str]:
    if check.reversals:
        yield (
            f"{check.reversals} events are told with a time before that of the event before them, "
            f"by up to {check.furthest_back.total_seconds():.3f} s: several processes wrote at "
            "once, or a clock was set back"
        )
    if not known and check.count:
        yield (
            "there is no checkpoint yet, so that removed newest events would not be seen; "
            "`stayline audit checkpoint` signs one"
        )
    for before, one in pairwise(known):
        if one.at < before.at and one.position > before.position:
            yield f"the checkpoint at event {one.position} has a time before that of the one before"


def _looked(found: AuditVerification, actor: str, clock: Clock) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.AUDIT_LOG_VERIFIED,
        actor=actor,
        subject="audit-log",
        at=clock.now(),
        details={"events": found.count, "problems": len(found.problems), "head": found.head},
    )


def _time(one: Checkpoint) -> str:
    return f"{one.at:%Y-%m-%d %H:%M:%S} UTC"
