"""What the monitors found in a window as JSON, kept beside its page so that later pages can tell
since when.

What is not finite is the text "Infinity", "-Infinity" or "NaN". Keys that a later version adds are
passed over, and so is a finding of a monitor or a verdict that this version does not know.
"""

import math
from datetime import datetime
from typing import Literal, get_args

import msgspec

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.formats.report_json import decode, encode

VERSION = "1.0"
FILE = "watched.json"
"""What it is called in a report."""
_Beyond = Literal["Infinity", "-Infinity", "NaN"]
_Number = float | _Beyond | None
_MONITORS = {monitor.value: monitor for monitor in Monitor}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


class _FindingText(msgspec.Struct, frozen=True, omit_defaults=True):
    monitor: str
    check: str
    verdict: str
    reason: str
    subject: str = ""
    metric: str = ""
    value: _Number = None
    low: _Number = None
    high: _Number = None
    threshold: _Number = None
    baseline: _Number = None
    n: int = 0


class _IntakeText(msgspec.Struct, frozen=True):
    lines: int = 0
    rows: int = 0
    faults: dict[str, int] = {}
    empty_hours: int = 0


class _WatchedText(msgspec.Struct, frozen=True):
    start: datetime
    end: datetime
    model_version: int
    model_digest: str
    intake: _IntakeText
    findings: tuple[_FindingText, ...]
    version: str = VERSION


def encode_watched(watched: Watched) -> bytes:
    """Return the file; equal findings give equal bytes."""
    return encode(
        _WatchedText(
            start=watched.window.start,
            end=watched.window.end,
            model_version=watched.model_version,
            model_digest=watched.model_digest,
            intake=_IntakeText(
                watched.intake.lines,
                watched.intake.rows,
                dict(sorted(watched.intake.faults.items())),
                watched.intake.empty_hours,
            ),
            findings=tuple(_told(finding) for finding in watched.findings),
        )
    )


def decode_watched(data: bytes) -> Watched:
    """Return what a window's file holds; raises `ReportUnreadable`."""
    read = decode(data, _WatchedText, FILE)
    return Watched(
        window=Window(read.start, read.end),
        model_version=read.model_version,
        model_digest=read.model_digest,
        intake=Intake(
            read.intake.lines, read.intake.rows, read.intake.faults, read.intake.empty_hours
        ),
        findings=tuple(
            _found(one)
            for one in read.findings
            if one.monitor in _MONITORS and one.verdict in _VERDICTS
        ),
    )


def _told(finding: Finding) -> _FindingText:
    return _FindingText(
        finding.monitor.value,
        finding.check,
        finding.verdict.value,
        finding.reason,
        finding.subject,
        finding.metric,
        _text(finding.value),
        _text(finding.low),
        _text(finding.high),
        _text(finding.threshold),
        _text(finding.baseline),
        finding.n,
    )


def _found(read: _FindingText) -> Finding:
    return Finding(
        _MONITORS[read.monitor],
        read.check,
        _VERDICTS[read.verdict],
        read.reason,
        read.subject,
        read.metric,
        _number(read.value),
        _number(read.low),
        _number(read.high),
        _number(read.threshold),
        _number(read.baseline),
        read.n,
    )


def _text(number: float | None) -> _Number:
    if number is None or math.isfinite(number):
        return number
    plus, minus, none = get_args(_Beyond)
    told: _Beyond = none if math.isnan(number) else plus if number > 0 else minus
    return told


def _number(text: _Number) -> float | None:
    return None if text is None else float(text)
