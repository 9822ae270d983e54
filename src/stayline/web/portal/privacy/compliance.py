"""The compliance report of each quarter: how each control came out, and on which records."""

from datetime import datetime
from itertools import groupby
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from stayline.domain.compliance.quarters import name_of, quarter_of
from stayline.domain.compliance.verdicts import Window
from stayline.domain.roles import Operation
from stayline.formats.report_names import read_report_time, report_time
from stayline.reports.compliance_page import AREAS, STATUS_WORDS
from stayline.usecases.list_compliance_reports import (
    SHELF,
    list_compliance_reports,
    open_compliance_report,
)
from stayline.web.gateway import Gateway
from stayline.web.portal.privacy.parts import privacy_page
from stayline.web.portal.visits import Visit, asks

_NEWEST = 20
_ASKS = asks(Operation.CHECK_COMPLIANCE)


@get("/privacy/compliance", sync_to_thread=True, opt=_ASKS)
def reports_page(gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]) -> Response[Any]:
    """List the newest reports."""
    return privacy_page(
        visit,
        "compliance.html.j2",
        reports=[
            (report_time(one.window.until), window_words(one.window), one)
            for one in list_compliance_reports(newest=_NEWEST, reports=gateway.ports.reports)
        ],
        newest=_NEWEST,
        statuses=STATUS_WORDS,
    )


@get("/privacy/compliance/{ended:str}", sync_to_thread=True, opt=_ASKS)
def report_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit], ended: FromPath[str]
) -> Response[Any]:
    """Show one report, fit to print, with each control's evidence to take along."""
    report = open_compliance_report(_instant(ended), reports=gateway.ports.reports)
    by_area = groupby(report.controls, key=lambda one: one.id.partition("-")[0])
    return privacy_page(
        visit,
        "compliance_report.html.j2",
        report=report,
        name=window_words(report.window),
        ended=ended,
        areas=[(AREAS.get(area, area), list(some)) for area, some in by_area],
        totals=[
            (words, report.count(status, is_core=True), report.count(status, is_core=False))
            for status, words in STATUS_WORDS.items()
        ],
        statuses=STATUS_WORDS,
    )


@get("/privacy/compliance/{ended:str}/files/{file:str}", sync_to_thread=True, opt=_ASKS)
def report_file(
    gateway: NamedDependency[Gateway], ended: FromPath[str], file: FromPath[str]
) -> Response[bytes]:
    """Hand out a file of a report to be kept: its digest stands in the report."""
    content = gateway.ports.reports.file(SHELF, _instant(ended), file)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def window_words(window: Window) -> str:
    """Return what a window is called: a quarter by its name, another one by its days."""
    if quarter_of(window.since) == window:
        return name_of(window.since)
    if quarter_of(window.since).since == window.since:
        return f"{name_of(window.since)}, up to {window.until:%Y-%m-%d}"
    return f"{window.since:%Y-%m-%d} to {window.until:%Y-%m-%d}"


def _instant(ended: str) -> datetime:
    at = read_report_time(ended)
    if at is None:
        raise NotFoundException
    return at


COMPLIANCE_HANDLERS = (reports_page, report_page, report_file)
