"""Human actions and the reasons for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from stayline.domain.decisions import Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.aged_records import AgedRecords


class DecisionBook(AgedRecords, Protocol):
    """Keeps decisions; none is ever changed."""

    def add(self, decision: Decision) -> bool:
        """Keep a decision; False, and nothing changes, where its ``decision_id`` is taken."""
        ...

    def decisions(self, token: EmployeeToken) -> list[Decision]:
        """Return a person's decisions, oldest first."""
        ...

    def latest_by(self, decided_by: str, limit: int) -> list[Decision]:
        """Return the newest decisions that one person took, oldest first."""
        ...

    def between(self, start: datetime, end: datetime) -> list[Decision]:
        """Return everybody's decisions from ``start`` up to, but not at, ``end``; oldest first."""
        ...

    def erase(self, tokens: Collection[EmployeeToken], *, before: datetime | None) -> int:
        """Remove decisions about these people; with ``before`` only those made before it.

        What has to be kept by law is kept, pseudonymous as it is.
        """
        ...
