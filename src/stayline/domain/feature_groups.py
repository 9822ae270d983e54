"""What a record of a feature group may hold, by the schema's own column names."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.domain.field_values import FieldRefused, checked_value, flag_words
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    Role,
    WorkforceSchema,
)
from stayline.errors import RecordRefused

EVENT_TIME_FEATURE = "EventTime"
"""What the event time is called where the schema has no column for it."""


@dataclass(frozen=True, slots=True)
class RecordNames:
    """What the two features are called that every record has."""

    identifier: str
    event_time: str


def record_names(schema: WorkforceSchema) -> RecordNames:
    """Return the names that the schema gives, or the usual one."""
    return RecordNames(schema.record_identifier, schema.event_time or EVENT_TIME_FEATURE)


def outcome_columns(schema: WorkforceSchema) -> tuple[Column, ...]:
    """Return the columns that tell who left."""
    outcome = schema.outcome
    if isinstance(outcome, LabelColumn):
        names: tuple[str, ...] = (outcome.column,)
    else:
        names = (outcome.date_column, outcome.reason_column)
    return tuple(column for name in names if (column := schema.column(name)) is not None)


def checked_record(
    values: Mapping[str, str | None], columns: tuple[Column, ...], schema: WorkforceSchema
) -> dict[str, FieldValue]:
    """Return every column's checked value; what is not given is None.

    Raises `RecordRefused` with every feature that is not one of this group or cannot hold its
    value.
    """
    own = {column.name: column for column in columns}
    problems = [f"{name!r} {_why_not(name, schema)}" for name in values if name not in own]
    checked: dict[str, FieldValue] = {}
    for name, column in own.items():
        try:
            checked[name] = checked_value(column, values.get(name))
        except FieldRefused as refusal:
            problems.append(f"{name!r}: {refusal}")
    if problems:
        raise RecordRefused(f"The record cannot be taken: {'; '.join(problems)}.")
    return checked


def tells_leaving(value: FieldValue, column: Column, outcome: LabelColumn) -> bool | None:
    """Return whether a checked label means that the person left; None where it says nothing."""
    if value is None:
        return None
    positive = set()
    for word in outcome.positive:
        try:
            positive.add(checked_value(column, word))
        except FieldRefused:
            continue
    return value in positive


def label_word(has_left: bool, column: Column, outcome: LabelColumn) -> str:
    """Return the word of the extract for a label, as far as the schema knows it; else 0."""
    if has_left:
        return outcome.positive[0]
    words = flag_words(column) if column.kind is Kind.FLAG else column.categories
    return next((word for word in words if word not in outcome.positive), "0")


def _why_not(name: str, schema: WorkforceSchema) -> str:
    column = schema.column(name)
    if column is None:
        return "is no column of the schema"
    if column.role is Role.PROTECTED:
        return "is a protected attribute, which is kept apart from features"
    if column.role is Role.IDENTITY and column.part is not IdentityPart.RECORD_IDENTIFIER:
        return "tells who somebody is, which only an import may"
    return f"is no feature of this group (its role is {column.role.value!r})"
