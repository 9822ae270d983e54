"""Let a replaced token key go, with everything that leads from its tokens to people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import Erasure
from stayline.domain.token_keys import is_unfinished
from stayline.errors import RotationRefused, RotationUnderWay
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.secrets import Secrets
from stayline.ports.token_key_book import TokenKeyBook


@dataclass(frozen=True, slots=True)
class RetiredTokenKey:
    """What went and what nobody can tell any more.

    ``aliases`` old tokens lead to nobody now, and ``audit_events`` carry one of these.
    ``remove_at`` is where the key itself still is, when that is not Stayline's to remove.
    """

    fingerprint: str
    aliases: int
    audit_events: int
    remove_at: str | None


def retire_token_key(
    *,
    secrets: Secrets,
    token_keys: TokenKeyBook,
    directory: Directory,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    overlap: timedelta,
) -> RetiredTokenKey:
    """Return what went with the oldest replaced key; killed, it is completed by calling it again.

    Raises `RotationRefused` before the overlap has ended, without a replaced key, and while there
    are opt-outs, tombstones or legal holds that only this key or its tokens lead to their people or
    their rows; `RotationUnderWay`.
    """
    with secrets.changing_tokens():
        keys = token_keys.history()
        if is_unfinished(keys):
            raise RotationUnderWay(was_cut_off=True)
        replaced = [key for key in keys if key.replaced_at is not None]
        oldest = min(replaced, key=lambda key: str(key.replaced_at), default=None)
        due = None if oldest is None else oldest.may_retire_at(overlap)
        if oldest is None or due is None:
            because = "no token key was replaced"
            raise RotationRefused(because, "`stayline secrets rotate token-key` replaces it.")
        if clock.now() < due:
            because = f"tokens of the replaced key are understood until {due:%Y-%m-%d %H:%M} UTC"
            raise RotationRefused(because, "Retire it from then on.")
        traces = token_keys.traces(oldest.fingerprint)
        if traces.opt_outs_alone:
            raise RotationRefused(
                f"{traces.opt_outs_alone:,} opt-outs are of people whom the directory does not "
                "know; without the old key they would be lost, were these people imported again",
                "Keep the key as long as these opt-outs are kept.",
            )
        if oldest.replaced_at is not None:
            _check_tombstones(register, oldest.replaced_at)
        _check_holds(register, directory, clock.now())
        place = secrets.remove_token_key(oldest.fingerprint)
        details: dict[str, str | int] = {
            "old": oldest.fingerprint,
            "aliases": traces.aliases,
            "audit_events": traces.audit_events,
        }
        event = AuditEventKind.SECRET_RETIRED
        audit.append(AuditEvent(event, actor, "token-key", clock.now(), details))
        token_keys.retire(oldest.fingerprint)
    return RetiredTokenKey(oldest.fingerprint, traces.aliases, traces.audit_events, place)


def _check_tombstones(register: GovernanceRegister, replaced_at: datetime) -> None:
    """Nobody who was erased under this key has another token that would keep them out."""
    tombstones = [entry.record for entry in register.entries(Erasure)]
    alone = [one for one in tombstones if one.lifted_at is None and one.started_at <= replaced_at]
    if alone:
        raise RotationRefused(
            f"{len(alone):,} people were erased under it; without it the next import would bring "
            "them back",
            "Keep the key as long as they are to stay out.",
        )


def _check_holds(register: GovernanceRegister, directory: Directory, now: datetime) -> None:
    """Captured rows keep their tokens, and a hold reaches them by what leads from these."""
    standing = [one.record for one in register.entries(LegalHold) if one.record.holds_at(now)]
    names = directory.known_as_all([EmployeeToken(hold.subject) for hold in standing])
    reached = [hold for hold in standing if len(names[EmployeeToken(hold.subject)]) > 1]
    if reached:
        raise RotationRefused(
            f"{len(reached):,} legal holds stand for people with rows under its tokens",
            "Retire it once these holds are lifted.",
        )
