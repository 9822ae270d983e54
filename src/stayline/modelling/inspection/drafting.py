"""Draft the columns and the schema of an extract from what was read and found."""

from collections.abc import Mapping

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.sensitive_columns import looks_protected, refusal_of
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    Role,
    WorkforceSchema,
    workforce_schema,
)
from stayline.errors import SchemaRefused
from stayline.modelling.inspection.column_names import (
    suggests_leaving,
    suggests_manager,
    suggests_person_name,
    suggests_reason,
)
from stayline.modelling.inspection.readings import MOST_CATEGORIES, Reading, holds_emails
from stayline.modelling.inspection.roles import Roles

_ISO = "%Y-%m-%d"
_UNIQUE = 0.98


def identity_parts(readings: Mapping[str, Reading], roles: Roles) -> dict[str, IdentityPart]:
    """Return the columns that name a person, and what they tell of them."""
    parts: dict[str, IdentityPart] = {}
    for name, reading in readings.items():
        is_text = reading.kind in (Kind.CATEGORY, Kind.NUMBER)
        if name == roles.identifier:
            parts[name] = IdentityPart.RECORD_IDENTIFIER
        elif is_text and suggests_manager(name) and reading.distinct > 1:
            has_manager = IdentityPart.MANAGER in parts.values()
            parts[name] = IdentityPart.OTHER if has_manager else IdentityPart.MANAGER
        elif reading.kind is Kind.CATEGORY and suggests_person_name(name):
            has_name = IdentityPart.DISPLAY_NAME in parts.values()
            parts[name] = IdentityPart.OTHER if has_name else IdentityPart.DISPLAY_NAME
        elif reading.kind is Kind.CATEGORY and holds_emails(reading):
            parts[name] = IdentityPart.OTHER
    return parts


def drafted_columns(
    readings: Mapping[str, Reading],
    roles: Roles,
    parts: Mapping[str, IdentityPart],
    ignored: Mapping[str, str],
) -> tuple[Column, ...]:
    """Return every column with kind and role; ``ignored`` gives the note of those to leave out."""
    return tuple(
        _column(reading, *_role(reading, roles, parts, ignored), parts.get(reading.name))
        for reading in readings.values()
    )


def drafted_schema(
    name: str, columns: tuple[Column, ...], roles: Roles
) -> tuple[WorkforceSchema | None, list[Finding]]:
    """Return the schema, or None and what the extract does not tell."""
    missing = []
    if roles.identifier is None:
        missing.append("No column identifies the person.")
    if roles.outcome is None:
        missing.append(_no_outcome(roles))
    if roles.identifier is None or roles.outcome is None:
        return None, [_gap(text) for text in missing]
    try:
        schema = workforce_schema(
            name=name,
            record_identifier=roles.identifier,
            columns=columns,
            outcome=roles.outcome,
            event_time=roles.event_time,
        )
    except SchemaRefused as error:
        return None, [_gap(f"No schema can be drafted: {text}.") for text in error.problems]
    return schema, []


def _role(
    reading: Reading,
    roles: Roles,
    parts: Mapping[str, IdentityPart],
    ignored: Mapping[str, str],
) -> tuple[Role, str]:
    name = reading.name
    if name in parts:
        return Role.IDENTITY, ""
    if name in roles.outcome_columns:
        return Role.OUTCOME, ""
    if name == roles.event_time:
        return Role.IGNORED, "event time"
    if refusal_of(name):
        return Role.FORBIDDEN, refusal_of(name) or ""
    if name in ignored:
        return Role.IGNORED, ignored[name]
    if looks_protected(name):
        return Role.PROTECTED, ""
    if suggests_reason(name) or (reading.kind is Kind.DATE and suggests_leaving(name)):
        return Role.IGNORED, "known only once somebody leaves"
    if reading.ornamented:
        return Role.IGNORED, "numbers stored as text; mend them, then make it a feature"
    is_free = reading.kind is Kind.CATEGORY and reading.distinct > MOST_CATEGORIES
    if is_free or _is_unique_text(reading):
        return Role.IGNORED, "free text or a code: too many different values"
    return Role.FEATURE, ""


def _is_unique_text(reading: Reading) -> bool:
    is_text = reading.kind is Kind.CATEGORY and reading.distinct > 2
    return is_text and reading.distinct >= _UNIQUE * max(reading.values.count(), 1)


def _column(reading: Reading, role: Role, note: str, part: IdentityPart | None) -> Column:
    kind = Kind.CATEGORY if role is Role.IDENTITY else reading.kind
    formats = reading.dates.formats if reading.dates else ()
    return Column(
        name=reading.name,
        kind=kind,
        role=role,
        categories=reading.categories if kind in (Kind.ORDINAL, Kind.FLAG) else (),
        date_formats=tuple(form for form, _ in formats if form != _ISO),
        part=part,
        note=note,
    )


def _no_outcome(roles: Roles) -> str:
    if roles.leaving_date and roles.leaving_reason:
        return (
            f"{roles.leaving_date!r} tells who left, but no column dates the rows, so nothing says "
            "what was known before."
        )
    return "No column tells who left: neither two values such as Yes and No, nor a leaving date."


def _gap(text: str) -> Finding:
    return Finding(
        kind=FindingKind.SCHEMA,
        column=None,
        severity=Severity.ERROR,
        count=0,
        message=text,
        action="Add such a column to the extract, or name it in a schema of your own.",
    )
