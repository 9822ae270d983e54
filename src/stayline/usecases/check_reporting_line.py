"""Keep a manager to the people who report to them as of now."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from stayline.domain.audit_events import access_refused
from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation, Reach
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore


def check_reporting_line(
    caller: Caller,
    operation: Operation,
    hr_ids: Iterable[str],
    *,
    token_of: Callable[[str], EmployeeToken],
    directory: Directory,
    features: FeatureStore,
    audit: AuditLog,
    clock: Clock,
) -> AbstractSet[str]:
    """Return who of these people is outside the caller's line, and record the first of them.

    Nobody is for callers whose reach is everyone. A manager who has left, or whose own person is
    not known, has no line; nobody is in their own, and nobody who has left is in any.
    """
    if caller.reach(operation) is Reach.EVERYONE:
        return frozenset()
    asked = {hr_id: token_of(hr_id) for hr_id in hr_ids}
    now = clock.now()
    manager = caller.employee
    tokens = list(asked.values())
    gone = features.who_left([*tokens, manager] if manager else tokens, at=now)
    has_line = manager is not None and manager not in gone

    def is_inside(token: EmployeeToken) -> bool:
        may_be = has_line and token != manager and token not in gone
        return may_be and manager in directory.managers_above(token)

    outside = [hr_id for hr_id, token in asked.items() if not is_inside(token)]
    if outside:
        actor, first = caller.subject, asked[outside[0]]
        audit.note([access_refused(operation, "outside_line", actor=actor, subject=first, at=now)])
    return frozenset(outside)
