"""A compliance check as a page for people: what holds, what does not, and on which records."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from stayline.domain.compliance.bias_tables import BiasTable, BiasTables
from stayline.domain.compliance.judgement import Judged
from stayline.domain.compliance.legal_sources import LegalSource, LegalStatus
from stayline.domain.compliance.report import ComplianceReport, EvidenceFile
from stayline.domain.compliance.verdicts import Status
from stayline.reports.pages import rendered

PAGE_FILE = "report.html"
STATUS_WORDS = {
    Status.PASS: ("✓", "Pass", "pass"),
    Status.FAIL: ("✕", "Fail", "fail"),
    Status.NO_EVIDENCE: ("?", "No evidence", "open"),
    Status.NOT_APPLICABLE: ("○", "Not applicable", "soft"),
}
"""A sign, a word and a style for each: never colour alone."""
AREAS = {
    "RET": "Retention",
    "OPT": "Opt-outs and rights",
    "HUM": "Human decisions",
    "FAIR": "Fairness",
    "DATA": "Data",
    "LOG": "Log",
    "MOD": "Models",
    "TRA": "Transparency",
    "SEC": "Security",
    "ACC": "Accountability",
}
"""What the first letters of a control's id stand for."""
LAW_WORDS = {
    LegalStatus.IN_FORCE: "in force",
    LegalStatus.NOT_YET: "not yet in force",
    LegalStatus.REPEALED: "repealed",
    LegalStatus.UNSETTLED: "unsettled, treated as in force",
}
_SECTIONS = (
    ("summary", "Summary"),
    ("controls", "Controls"),
    ("bias", "Bias audit tables"),
    ("law", "Legal register"),
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A control with all that its row tells."""

    judged: Judged
    sign: str
    word: str
    style: str
    sources: tuple[LegalSource, ...]
    evidence: EvidenceFile


def compliance_page(report: ComplianceReport) -> str:
    """Return the report as one HTML page that loads nothing; equal reports give equal bytes."""
    return rendered(
        "compliance.html.j2",
        sections=_SECTIONS,
        report=report,
        totals=tuple(_totals(report)),
        failed=[one for one in report.judged if one.fails_the_check],
        areas=[
            (AREAS[name], [_shown(one, report) for one in some])
            for name, some in groupby(
                report.judged, key=lambda one: one.question.control_id.partition("-")[0]
            )
        ],
        law=[
            (source, LAW_WORDS[source.status_on(report.window.until.date())])
            for source in report.law.sources.values()
        ],
        law_day=report.window.until.date(),
        tables=_by_number(report.bias_tables),
    )


def _totals(report: ComplianceReport) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield, for each status, its sign, word and style, and how many core and advisory controls."""
    for status, (sign, word, style) in STATUS_WORDS.items():
        found = [one for one in report.judged if one.verdict.status is status]
        core = sum(one.question.is_core for one in found)
        yield sign, word, style, core, len(found) - core


def _shown(judged: Judged, report: ComplianceReport) -> _Shown:
    question = judged.question
    return _Shown(
        judged,
        *STATUS_WORDS[judged.verdict.status],
        tuple(report.law.sources[name] for name in question.sources),
        report.evidence[question.control_id],
    )


def _by_number(tables: BiasTables | None) -> list[tuple[str, list[BiasTable]]]:
    if tables is None:
        return []
    return [
        (f"Table {number}: {title}", list(some))
        for (number, title), some in groupby(tables.tables, key=lambda one: (one.number, one.title))
    ]
