"""How a control came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SHOWN_AT_MOST = 20
"""How many offending tokens or ids a verdict names; ``counts`` has them all."""


class Status(StrEnum):
    """What a control found. Nothing recorded is no evidence, and never a pass."""

    PASS = "PASS"  # noqa: S105  (a status, not a secret)
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NO_EVIDENCE = "NO_EVIDENCE"


@dataclass(frozen=True, slots=True)
class Window:
    """The time a check looks at: half-open, in UTC; ``until`` is when the check is made."""

    since: datetime
    until: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.since <= instant < self.until


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a control found, why, and on what; ``offending`` are tokens, ids or stores, capped.

    ``warnings`` do not fail a control: a small sample, a law not yet in force.
    """

    status: Status
    reason: str
    counts: Mapping[str, int | float] = field(default_factory=dict)
    offending: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
