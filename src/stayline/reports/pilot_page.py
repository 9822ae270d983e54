"""A pilot as a page for people: the works council, managers, those who answer for the model."""

from stayline.domain.pilot_report import PilotReport
from stayline.reports.pages import rendered

_SECTIONS = (
    ("coverage", "Whom it reaches"),
    ("use", "How it is used"),
    ("decisions", "What people decide"),
    ("quality", "How well it does"),
    ("fairness", "How groups fare"),
)


def pilot_page(report: PilotReport) -> str:
    """Return the report as one HTML page that loads nothing else; it names no employee.

    Equal reports give equal bytes.
    """
    return rendered("pilot.html.j2", sections=_SECTIONS, report=report)
