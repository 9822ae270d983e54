"""Refusals of callers in the audit log, few enough that strangers cannot fill the disk."""

import threading
from datetime import datetime, timedelta

from stayline.domain.audit_events import access_refused
from stayline.domain.roles import Operation
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock

ANONYMOUS = "anonymous"
MOST_A_MINUTE = 60
_WINDOW = timedelta(minutes=1)


class Refusals:
    """Notes who was refused what.

    Of callers nobody can tell, each process notes `MOST_A_MINUTE` a minute; the next one that it
    notes says how many were ``withheld``. Those who have signed in are noted always.
    """

    def __init__(self, audit: AuditLog, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._turn = threading.Lock()
        self._since: datetime | None = None
        self._noted = 0
        self._withheld = 0

    def of_nobody(self, operation: str, because: str) -> None:
        """Note a caller who is not signed in."""
        now = self._clock.now()
        with self._turn:
            if self._since is None or not timedelta() <= now - self._since < _WINDOW:
                self._since, self._noted = now, 0
            if self._noted >= MOST_A_MINUTE:
                self._withheld += 1
                return
            self._noted += 1
            withheld, self._withheld = self._withheld, 0
        self._note(ANONYMOUS, operation, because, now, withheld)

    def of(self, subject: str, operation: Operation, because: str) -> None:
        """Note a caller who is signed in."""
        self._note(subject, operation, because, self._clock.now())

    def _note(
        self, who: str, operation: str, because: str, at: datetime, withheld: int = 0
    ) -> None:
        event = access_refused(operation, because, actor=who, subject=who, at=at, withheld=withheld)
        self._audit.note([event])
