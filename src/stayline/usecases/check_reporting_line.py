"""Keep a manager to the people who report to them as of now."""

from collections.abc import Iterable

from stayline.domain.audit_events import access_refused
from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation, Reach
from stayline.errors import UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore


def check_reporting_line(
    caller: Caller,
    operation: Operation,
    people: Iterable[tuple[EmployeeToken, str]],
    *,
    directory: Directory,
    features: FeatureStore,
    audit: AuditLog,
    clock: Clock,
) -> None:
    """Raise `UnknownEmployee` for the first who is outside the caller's line, and record it.

    ``people`` are tokens, each with its place in the request. Somebody outside is answered as
    somebody who does not exist is, since that, too, would tell something. Does nothing for callers
    whose reach is everyone. A manager who has left, or whose own person is not known, has no line;
    nobody is in their own, and nobody who has left is in any.
    """
    if caller.reach(operation) is Reach.EVERYONE:
        return
    asked = list(people)
    now = clock.now()
    manager = caller.employee
    tokens = [token for token, _ in asked]
    gone = features.who_left([*tokens, manager] if manager else tokens, at=now)
    has_line = manager is not None and manager not in gone
    for token, path in asked:
        is_inside = has_line and token != manager and token not in gone
        if is_inside and manager in directory.managers_above(token):
            continue
        event = access_refused(
            operation, "outside_line", actor=caller.subject, subject=token, at=now
        )
        audit.note([event])
        raise UnknownEmployee(token, path)
