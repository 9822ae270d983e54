"""A compliance report as it is kept: read again to be shown, whatever the check looks like now."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from stayline.domain.compliance.report import EvidenceFile
from stayline.domain.compliance.verdicts import Status, Window
from stayline.formats.compliance_report import REPORT_FILE
from stayline.formats.report_json import decode


class KeptControl(msgspec.Struct, frozen=True):
    """One control as it came out then; ``offending`` are at most 20 tokens, ids or stores."""

    id: str
    status: Status
    reason: str
    asks: str
    is_core: bool
    evidence: EvidenceFile
    counts: Mapping[str, int | float] = msgspec.field(default_factory=dict)
    offending: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def fails_the_check(self) -> bool:
        """Whether it must not fail, and did."""
        return self.is_core and self.status is Status.FAIL


class KeptReport(msgspec.Struct, frozen=True):
    """A report as it was kept at the end of its window."""

    window: Window
    checked_at: datetime
    summary: str
    has_failed: bool
    controls: tuple[KeptControl, ...]

    def count(self, status: Status, *, is_core: bool) -> int:
        """Return how many controls came out so."""
        return sum(one.status is status and one.is_core is is_core for one in self.controls)

    @property
    def failed(self) -> tuple[KeptControl, ...]:
        """Return the core controls that failed."""
        return tuple(one for one in self.controls if one.fails_the_check)


def read_report(data: bytes) -> KeptReport:
    """Return a kept report; raises `ReportUnreadable` for a torn or another one."""
    return decode(data, KeptReport, REPORT_FILE)
