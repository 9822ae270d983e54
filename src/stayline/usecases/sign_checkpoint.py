"""Sign where the audit log stands, so that nothing before it can be changed or cut off unseen."""

from collections.abc import Callable

from stayline.domain.audit_chain import Checkpoint
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import StoreDamaged
from stayline.ports.audit_log import AuditLog
from stayline.ports.checkpoints import Checkpoints
from stayline.ports.clock import Clock


def sign_checkpoint(
    *,
    audit: AuditLog,
    checkpoints: Checkpoints,
    clock: Clock,
    actor: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Checkpoint:
    """Return the new checkpoint, once the whole chain and the checkpoint before hold.

    A log that is broken, or that no longer reaches the newest checkpoint, is not signed: that would
    make it look whole from then on. Raises `StoreDamaged`.
    """
    kept = checkpoints.kept()
    newest = kept.checkpoints[-1] if kept.checkpoints else None
    check = audit.check({newest.position} if newest else (), progress=progress)
    problems = [*check.problems, *kept.problems]
    if newest and check.links.get(newest.position) != newest.link:
        problems.append("it is not the one that the newest checkpoint was signed for")
    if problems:
        more = f", and {len(problems) - 1} more" if problems[1:] else ""
        raise StoreDamaged("The audit log", f"{problems[0]}{more}. No checkpoint was signed.")
    signed = checkpoints.sign(check.count, check.head, clock.now())
    audit.append(
        AuditEvent(
            AuditEventKind.CHECKPOINT_SIGNED,
            actor=actor,
            subject=signed.digest,
            at=signed.at,
            details={"position": signed.position, "link": signed.link, "key": signed.key},
        )
    )
    return signed
