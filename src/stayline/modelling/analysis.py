"""Inspect a whole extract: its readings, every test, and the draft, put together."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.inspection import ColumnSummary, Inspection
from stayline.domain.workforce_schema import Column, Role, WorkforceSchema
from stayline.formats.extract import Extract
from stayline.modelling.column_knowledge import FEWEST_WHO_LEFT
from stayline.modelling.inspection.dated_findings import (
    future_values,
    outcome_shifts,
    rows_after_last_day,
)
from stayline.modelling.inspection.drafting import (
    drafted_columns,
    drafted_schema,
    identity_parts,
)
from stayline.modelling.inspection.outcomes import Timeline, timeline
from stayline.modelling.inspection.readings import Reading, read_columns
from stayline.modelling.inspection.roles import Roles, guessed_roles, roles_in
from stayline.modelling.inspection.table_findings import (
    constants,
    duplicate_columns,
    duplicate_keys,
    duplicate_rows,
    identifiers,
)
from stayline.modelling.inspection.value_findings import value_findings
from stayline.modelling.leakage import leaks

SEED = 20_240_101
"""Leaks are looked for on the same sample each time, so that two inspections agree."""
_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_NOTES = {
    FindingKind.CONSTANT: "constant",
    FindingKind.DUPLICATE_COLUMN: "repeats another column",
    FindingKind.LEAK: "a leak",
}


def inspected(extract: Extract, *, name: str, schema: WorkforceSchema | None) -> Inspection:
    """Return what a careful analyst would say; with a ``schema``, its roles are taken as given."""
    known = {column.name: column for column in schema.columns} if schema else {}
    readings = read_columns(extract.frame, known)
    roles = roles_in(schema, readings) if schema else guessed_roles(readings)
    parts = identity_parts(readings, roles)
    identities = frozenset(
        {c.name for c in known.values() if c.role is Role.IDENTITY} if schema else parts
    )
    found = list(_structural(extract, readings, roles, identities))
    ignored = {f.column: _NOTES[f.kind] for f in found if f.column and f.kind in _NOTES}
    columns = (
        tuple(_as_given(reading, known) for reading in readings.values())
        if schema
        else drafted_columns(readings, roles, parts, ignored)
    )
    draft = schema
    if schema:
        found = [_weighed(finding, schema) for finding in found]
        found += _absent(schema, readings)
    else:
        draft, gaps = drafted_schema(name, columns, roles)
        found += gaps
    is_typed = any(dtype != pl.String for dtype in extract.frame.dtypes)
    for column in columns:
        found += value_findings(readings[column.name], column.role, is_typed=is_typed)
    found.sort(key=lambda finding: _GRAVITY[finding.severity])
    return Inspection(
        rows=extract.frame.height,
        columns=tuple(_summary(column, readings[column.name]) for column in columns),
        findings=tuple(found),
        schema=draft,
    )


def _structural(
    extract: Extract, readings: dict[str, Reading], roles: Roles, identities: frozenset[str]
) -> Iterator[Finding]:
    """Findings that need more than one column, and those about the file."""
    rows = extract.frame.height
    who_left = timeline(readings, roles) if rows else None
    yield from _file_findings(extract)
    if not rows:
        return
    yield from constants(readings, rows)
    yield from identifiers(readings, identities, roles)
    yield from duplicate_columns(readings, roles, identities)
    yield from duplicate_keys(readings, roles, who_left.gap if who_left else None)
    yield from duplicate_rows(extract.frame)
    yield from future_values(readings, roles, who_left)
    if who_left is not None:
        yield from rows_after_last_day(readings, roles, who_left)
        yield from outcome_shifts(readings, roles, who_left)
        yield from _leaks(readings, roles, who_left, identities)


def _leaks(
    readings: dict[str, Reading], roles: Roles, who_left: Timeline, identities: frozenset[str]
) -> Iterator[Finding]:
    people = who_left.frame.filter(pl.col("left") | pl.col("end").is_not_null())
    count = people.get_column("person").n_unique()
    if count >= FEWEST_WHO_LEFT:
        yield from leaks(readings, roles, who_left, identities=identities, seed=SEED)
    else:
        yield Finding(
            kind=FindingKind.SCHEMA,
            column=None,
            severity=Severity.WARNING,
            count=count,
            message=f"Only {count} people left, too few to look for columns that know the outcome.",
            action="Inspect an extract that covers more people or more time.",
        )


def _file_findings(extract: Extract) -> Iterator[Finding]:
    if extract.has_bom:
        yield Finding(
            kind=FindingKind.BYTE_ORDER_MARK,
            column=None,
            severity=Severity.NOTE,
            count=1,
            message="The file begins with a byte order mark, which spoils the first column's name.",
            action="Nothing: Stayline removes it. Other tools may need plain UTF-8.",
        )
    if extract.empty_rows:
        yield Finding(
            kind=FindingKind.EMPTY_ROW,
            column=None,
            severity=Severity.WARNING,
            count=extract.empty_rows,
            message=f"{extract.empty_rows:,} row(s) hold nothing at all; they were left out.",
            action="Remove them from the extract.",
        )


def _as_given(reading: Reading, known: dict[str, Column]) -> Column:
    note = "not in the schema"
    return known.get(reading.name) or Column(reading.name, reading.kind, Role.IGNORED, note=note)


def _weighed(finding: Finding, schema: WorkforceSchema) -> Finding:
    """A leak that the schema already keeps from the model needs no more than a note."""
    column = schema.column(finding.column) if finding.column else None
    is_kept_out = column is not None and column.role is Role.IGNORED
    if finding.kind is FindingKind.LEAK and is_kept_out:
        return replace(
            finding, severity=Severity.NOTE, action="Nothing: the schema keeps it from the model."
        )
    return finding


def _absent(schema: WorkforceSchema, readings: dict[str, Reading]) -> Iterator[Finding]:
    for column in schema.columns:
        if column.name not in readings:
            yield Finding(
                kind=FindingKind.SCHEMA,
                column=column.name,
                severity=Severity.WARNING if column.role is Role.IGNORED else Severity.ERROR,
                count=0,
                message="The schema names this column, but the extract does not have it.",
                action="Add it to the extract, or take it out of the schema.",
            )


def _summary(column: Column, reading: Reading) -> ColumnSummary:
    return ColumnSummary(
        name=column.name,
        kind=column.kind,
        role=column.role,
        distinct=reading.distinct,
        missing=reading.missing,
        note=column.note,
    )
