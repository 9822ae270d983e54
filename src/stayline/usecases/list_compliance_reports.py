"""List the compliance reports that are kept, and open one."""

from collections.abc import Sequence
from datetime import datetime

from stayline.formats.compliance_report import REPORT_FILE
from stayline.formats.kept_compliance_report import KeptReport, read_report
from stayline.ports.report_shelf import ReportShelf

SHELF = "compliance"


def list_compliance_reports(*, newest: int, reports: ReportShelf) -> Sequence[KeptReport]:
    """Return the newest so many, the newest first; raises `ReportUnreadable` for a torn one."""
    times = reports.times(SHELF)[-newest:]
    return [open_compliance_report(at, reports=reports) for at in reversed(times)]


def open_compliance_report(at: datetime, *, reports: ReportShelf) -> KeptReport:
    """Return the report of a window that ended then; raises `UnknownReport`, `ReportUnreadable`."""
    return read_report(reports.file(SHELF, at, REPORT_FILE))
