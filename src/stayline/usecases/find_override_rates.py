"""Look at who overrides high scores how often, and open a review where nobody seems to look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.override_rates import OverrideRate, override_rates
from stayline.domain.oversight import OversightPolicy
from stayline.domain.register.oversight import OversightReview
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.governance_register import Entry, GovernanceRegister


@dataclass(frozen=True, slots=True)
class RatesFound:
    """Everybody's rates of a time, and the reviews that were opened because of them."""

    since: datetime
    until: datetime
    rates: list[OverrideRate]
    opened: list[Entry[OversightReview]]


def find_override_rates(
    *,
    days: float,
    by: str,
    policy: OversightPolicy,
    decisions: DecisionBook,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> RatesFound:
    """Return the rates of the last ``days``; one near 0 or 1 on enough people opens a review.

    One review a decider and quarter: looking again opens no second one.
    """
    now = clock.now()
    since = now - timedelta(days=days)
    rates = override_rates(decisions.between(since, now + timedelta(microseconds=1)), policy)
    known = {entry.entry_id for entry in register.entries(OversightReview)}
    opened = [
        Entry(review_id, OversightReview(rate.decided_by, _found(rate), now), now, by)
        for rate in rates
        if rate.is_extreme and (review_id := _review_id(rate.decided_by, now)) not in known
    ]
    if opened:
        register.add(opened)
    for entry in opened:
        kind = AuditEventKind.REGISTER_ENTRY_ADDED
        details = {"kind": "OversightReview", "decider": entry.record.subject}
        audit.append(AuditEvent(kind, by, entry.entry_id, now, details))
    return RatesFound(since, now, rates, opened)


def _review_id(subject: str, now: datetime) -> str:
    return f"overrides-{now.year}-q{(now.month + 2) // 3}-{subject}"


def _found(rate: OverrideRate) -> str:
    return (
        f"{rate.overrides.count} of {rate.overrides.n} high scores were overridden, which is near "
        f"{'none' if rate.overrides.count * 2 < rate.overrides.n else 'all'} of them."
    )
