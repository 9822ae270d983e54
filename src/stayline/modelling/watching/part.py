"""What one monitor leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor


@dataclass(frozen=True, slots=True)
class Part:
    """The findings of one monitor, and its files by name, in the documented forms."""

    findings: tuple[Finding, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def blind(monitor: Monitor, check: str, reason: str) -> Part:
    """Return what a monitor says that has nothing to go by."""
    return Part((Finding(monitor, check, Verdict.INSUFFICIENT, reason),))
