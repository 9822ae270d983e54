"""Findings about the values of one column: how they are written, and what is missing."""

import re
from collections.abc import Iterator

import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.sensitive_columns import refusal_of
from stayline.domain.workforce_schema import Kind, Role
from stayline.modelling.inspection.column_names import suggests_place_or_job
from stayline.modelling.inspection.readings import MOST_CATEGORIES, Reading, holds_emails
from stayline.modelling.inspection.spelling import is_business_term, misspellings

_MUCH = 0.3
_SHOWN = 3
_MOJIBAKE = r"Ã[\u0080-\u00bf\u2018-\u2122]|Â[\u0080-\u00bf]|â€|ï¿½|ï»¿|\ufffd"
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_EXCEL = rf"^\d{{1,2}}-{_MONTH}$|^{_MONTH}-\d{{1,2}}$|^#{{3,}}$|^#(REF!|NAME\?|VALUE!|NUM!|DIV/0!)$"
_SERIAL_FROM, _SERIAL_TO = 15_000, 60_000
_VARIANT = r"[\s_\-]+"
_OPEN_ROLES = (Role.FEATURE, Role.SEGMENT, Role.OUTCOME, Role.IGNORED)
_REPEATED = 4
_NAMES = 0.4
_NAME = r"[^\W\d_][^\W\d_'\u2019-]*"
_FULL_NAME = rf"{_NAME},? ([^\W\d_]\.? |{_NAME} )?{_NAME}"


def value_findings(reading: Reading, role: Role, *, is_typed: bool) -> Iterator[Finding]:
    """Yield what is odd about one column's values; ``is_typed``: the file could hold numbers."""
    if reading.dates is not None:
        yield from _date_findings(reading, role)
    yield from _number_findings(reading, is_typed=is_typed)
    yield from _text_findings(reading, role)
    yield from _missing(reading, role)
    yield from _sensitive(reading, role)


def _date_findings(reading: Reading, role: Role) -> Iterator[Finding]:
    assert reading.dates is not None  # noqa: S101  (asked by the caller)
    formats, sentinels = reading.dates.formats, reading.dates.sentinels
    if len(formats) > 1:
        written = ", ".join(f"{form} ({rows:,})" for form, rows in formats)
        yield _found(
            FindingKind.MIXED_DATES,
            reading,
            sum(rows for _, rows in formats[1:]),
            f"Dates are written in {len(formats)} formats: {written}.",
            "Export dates as YYYY-MM-DD; with mixed day and month order, some are read wrongly.",
        )
    if reading.dates.two_digit_years:
        yield _found(
            FindingKind.TWO_DIGIT_YEAR,
            reading,
            reading.dates.two_digit_years,
            "Years have two digits, so the century is a guess.",
            "Export dates with four-digit years.",
        )
    if sentinels:
        count = sum(rows for _, rows in sentinels)
        shown = ", ".join(day for day, _ in sentinels[:_SHOWN]) if role in _OPEN_ROLES else ""
        yield _found(
            FindingKind.SENTINEL_DATE,
            reading,
            count,
            f"{count:,} row(s) hold a date that stands for 'none'"
            + (f": {shown}." if shown else "."),
            "Leave the cell empty where there is no date.",
        )
    if reading.dates.unread:
        yield _unread(FindingKind.MIXED_DATES, reading, reading.dates.unread, "date")
    if reading.dates.serials:
        yield _excel(reading, reading.dates.serials, "day numbers of Excel among the dates")


def _number_findings(reading: Reading, *, is_typed: bool) -> Iterator[Finding]:
    if reading.values.dtype != pl.Float64:
        return
    whole = reading.values.count()
    if reading.ornamented or (is_typed and reading.was_text):
        count = reading.ornamented or whole
        yield _found(
            FindingKind.NUMBER_AS_TEXT,
            reading,
            count,
            f"{count:,} number(s) are stored as text, with units, separators or quotes.",
            "Store plain numbers, such as 1234.5, and put the unit in the column's name.",
        )
    if reading.unread:
        yield _unread(FindingKind.NUMBER_AS_TEXT, reading, reading.unread, "number")
    if re.search(r"date|dob", reading.name, re.IGNORECASE) and whole:
        fits = reading.values.is_between(_SERIAL_FROM, _SERIAL_TO).sum()
        if fits == whole:
            yield _excel(reading, whole, "day numbers of Excel in place of dates")


def _text_findings(reading: Reading, role: Role) -> Iterator[Finding]:
    text = reading.text
    broken = int(text.str.contains(_MOJIBAKE).sum())
    if broken:
        signs = text.str.extract(f"({_MOJIBAKE})").drop_nulls().unique().sort().head(_SHOWN)
        yield _found(
            FindingKind.MOJIBAKE,
            reading,
            broken,
            f"{broken:,} cell(s) were read in a wrong encoding: {', '.join(map(repr, signs))}.",
            "Export the file again as UTF-8.",
        )
    if reading.kind not in (Kind.CATEGORY, Kind.FLAG) or reading.distinct > MOST_CATEGORIES:
        return
    counted = text.drop_nulls().value_counts()
    counts = dict(zip(*(counted.to_series(i).to_list() for i in (0, 1)), strict=True))
    yield from _variants(reading, role, counts)
    if _is_shared(reading, role):
        plain: dict[str, int] = {}
        for value, rows in counts.items():
            plain[value.strip()] = plain.get(value.strip(), 0) + rows
        yield from _misspelt(reading, role, plain)
    damaged = sum(rows for value, rows in counts.items() if re.search(_EXCEL, value.strip()))
    if 0 < damaged <= text.count() / 2:
        yield _excel(reading, damaged, "values such as 3-May or ####")


def _may_show(reading: Reading, role: Role) -> bool:
    """Whether values may be shown: those many people share, never names, notes or birth dates."""
    return _is_shared(reading, role) and not (holds_emails(reading) or _has_names(reading))


def _is_shared(reading: Reading, role: Role) -> bool:
    return role in _OPEN_ROLES and _REPEATED * reading.distinct <= reading.text.len()


def _has_names(reading: Reading) -> bool:
    """Whether a good part of the different values look like the names of persons."""
    if suggests_place_or_job(reading.name):
        return False
    values = [str(value).strip() for value in reading.text.drop_nulls().unique()]
    alike = [v for v in values if re.fullmatch(_FULL_NAME, v) and not is_business_term(v)]
    return len(alike) > _NAMES * len(values)


def _variants(reading: Reading, role: Role, counts: dict[str, int]) -> Iterator[Finding]:
    """Values with blanks around them, or that differ in case, blanks, hyphens and underscores."""
    groups: dict[str, list[str]] = {}
    for value in sorted(counts, key=lambda v: (-counts[v], v != v.strip(), v)):
        groups.setdefault(re.sub(_VARIANT, " ", value.strip()).casefold(), []).append(value)
    odd = [value for group in groups.values() for value in group[1:]]
    odd += [group[0] for group in groups.values() if group[0] != group[0].strip()]
    if odd:
        shown = f", such as {odd[0]!r}" if _may_show(reading, role) else ""
        yield _found(
            FindingKind.PADDED_CATEGORY,
            reading,
            sum(counts[value] for value in odd),
            f"{len(odd)} value(s) are padded or differ only in blanks or case from another{shown}.",
            "Trim the values and settle on one way of writing each.",
        )


def _misspelt(reading: Reading, role: Role, counts: dict[str, int]) -> Iterator[Finding]:
    slips = misspellings(counts)
    if slips:
        slips_shown = slips[:_SHOWN] if _may_show(reading, role) else []
        shown = "; ".join(f"{s.value!r} (perhaps {s.meant!r})" for s in slips_shown)
        yield _found(
            FindingKind.MISSPELT_CATEGORY,
            reading,
            sum(slip.rows for slip in slips),
            f"{len(slips)} value(s) look misspelt" + (f": {shown}." if shown else "."),
            "Correct them at the source, or leave them if they are right.",
        )


def _missing(reading: Reading, role: Role) -> Iterator[Finding]:
    rows = reading.text.len()
    if reading.missing and reading.distinct and role is not Role.OUTCOME:
        share = reading.missing / rows
        yield _found(
            FindingKind.MISSING_VALUES,
            reading,
            reading.missing,
            f"{reading.missing:,} of {rows:,} cells are empty ({share:.1%}).",
            "Ask why they are empty; an empty cell may itself tell who is about to leave.",
            Severity.WARNING if share >= _MUCH else Severity.NOTE,
        )


def _sensitive(reading: Reading, role: Role) -> Iterator[Finding]:
    refusal = refusal_of(reading.name)
    if refusal or role is Role.FORBIDDEN:
        yield _found(
            FindingKind.SENSITIVE,
            reading,
            reading.values.count(),
            f"The column looks like {refusal or 'forbidden data'}, which is never a feature.",
            "Leave it out of the extract; in the schema, give it role 'forbidden'.",
        )
    elif role is Role.PROTECTED:
        yield _found(
            FindingKind.SENSITIVE,
            reading,
            reading.values.count(),
            "The column is a protected attribute: kept apart, for audits only.",
            "Keep role 'protected'; a model may use it only with a written justification.",
            Severity.NOTE,
        )


def _unread(kind: FindingKind, reading: Reading, count: int, what: str) -> Finding:
    return _found(
        kind,
        reading,
        count,
        f"{count:,} cell(s) of this {what} column cannot be read as a {what}.",
        "Correct them at the source, or leave them empty.",
    )


def _excel(reading: Reading, count: int, what: str) -> Finding:
    return _found(
        FindingKind.EXCEL_DATE,
        reading,
        count,
        f"{count:,} cell(s) look damaged by Excel: {what}.",
        "Export from the source system, not through a spreadsheet.",
    )


def _found(
    kind: FindingKind,
    reading: Reading,
    count: int,
    message: str,
    action: str,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(kind, reading.name, severity, count, message, action)
