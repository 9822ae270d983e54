"""The report of a compliance check as JSON, and the evidence behind each control as JSON lines.

Equal evidence gives equal bytes, so that a digest in the report shows that a file is the one that
was judged.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from stayline.domain.compliance.controls import Question
from stayline.domain.compliance.judgement import Judged
from stayline.domain.compliance.report import ComplianceReport, EvidenceFile

REPORT_FILE = "report.json"
_encode = msgspec.json.Encoder(order="deterministic").encode


def evidence_lines(question: Question, evidence: object) -> bytes:
    """Return what a control looked at: a line for each record, with the field it stands in."""
    return b"".join(_encode(line) + b"\n" for line in _lines(question, evidence))


def evidence_file(question: Question, lines: bytes) -> EvidenceFile:
    """Return what the report says of an evidence file."""
    name = f"{question.control_id}.jsonl"
    return EvidenceFile(name, hashlib.sha256(lines).hexdigest(), lines.count(b"\n"))


def report_json(report: ComplianceReport) -> bytes:
    """Return the report as indented JSON."""
    form = {
        "window": report.window,
        "checked_at": report.checked_at,
        "summary": report.summary(),
        "has_failed": report.has_failed,
        "controls": [_control(one, report) for one in report.judged],
        "bias_tables": report.bias_tables,
        "legal_register": {
            "version": report.law.version,
            "stale_after_days": report.law.stale_after_days,
            "sources": [
                {"status_at_check": source.status_on(report.window.until.date()), "row": source}
                for source in report.law.sources.values()
            ],
        },
    }
    return msgspec.json.format(_encode(form)) + b"\n"


def _control(judged: Judged, report: ComplianceReport) -> dict[str, object]:
    question, verdict = judged.question, judged.verdict
    return {
        "id": question.control_id,
        "status": verdict.status,
        "reason": verdict.reason,
        "counts": verdict.counts,
        "evidence": report.evidence[question.control_id],
        "asks": question.asks,
        "is_core": question.is_core,
        "offending": verdict.offending,
        "warnings": verdict.warnings,
        "parameters": verdict.parameters,
        "sources": question.sources,
    }


def _lines(question: Question, evidence: object) -> Iterator[dict[str, object]]:
    for name in question.reads:
        value = getattr(evidence, name)
        for record in value if isinstance(value, tuple) else (value,):
            yield {"in": name, "record": record}
