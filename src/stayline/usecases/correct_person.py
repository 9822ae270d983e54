"""Correct what is known of a person, and keep what was believed before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.feature_groups import checked_record
from stayline.domain.field_values import LONGEST_TEXT
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.errors import RecordRefused, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    INSTANT,
    TOKEN,
    FeatureStore,
    group_types,
)
from stayline.ports.score_board import ScoreBoard

MINIMUM_REASON = 10
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Correction:
    """Which fields say something else from now on, of the record of which time."""

    fields: tuple[str, ...]
    event_time: datetime
    written_at: datetime
    score_erased: bool


def correct_person(
    token: EmployeeToken,
    values: Mapping[str, str | None],
    *,
    reason: str,
    features: FeatureStore,
    scores: ScoreBoard,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> Correction:
    """Return what changed in the person's newest record; None as a value empties a field.

    The correction is a fact of the same event time, written now. Nothing is overwritten, so that
    training as of an earlier time sees what was known then. The kept score goes, since it tells of
    what was wrong; whoever asks next gets a new one. The audit event holds the names of the fields
    and no value. Raises `UnknownEmployee`, and `RecordRefused` with everything that is wrong:
    fields unknown or protected, values that no field can hold, no reason, or nothing to change.
    """
    now = clock.now()
    try:
        record = features.get(token)
        if record is None:
            raise UnknownEmployee(token)
        schema = features.schema()
        _check(values, reason, schema)
        checked = checked_record({**_texts(record.values), **values}, schema.stored_columns, schema)
        changed = tuple(sorted(n for n in values if checked[n] != record.values.get(n)))
        if not changed:
            raise RecordRefused("The record says all of this already; nothing was changed.")
    except (RecordRefused, UnknownEmployee) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=now))
        raise
    types = group_types(FEATURES, schema)
    row = {name: _typed(value, types[name]) for name, value in checked.items()}
    frame = pl.DataFrame(
        [{TOKEN: token, EVENT_TIME: record.event_time} | row],
        schema={TOKEN: pl.String(), EVENT_TIME: INSTANT} | types,
    )
    features.put(FEATURES, frame, written_at=now)
    was_kept = scores.erase(token)
    details: dict[str, str | int | float | bool | None] = {
        "fields": ", ".join(changed),
        "event_time": record.event_time.isoformat(),
        "score_erased": was_kept,
    }
    audit.append(AuditEvent(AuditEventKind.PERSON_CORRECTED, actor, token, now, details))
    return Correction(changed, record.event_time, now, was_kept)


def _check(values: Mapping[str, str | None], reason: str, schema: WorkforceSchema) -> None:
    problems = []
    if not MINIMUM_REASON <= len(" ".join(reason.split())) <= LONGEST_REASON:
        problems.append(f"the reason needs {MINIMUM_REASON} to {LONGEST_REASON} characters")
    if not values:
        problems.append("no field is named")
    for name in values:
        column = schema.column(name)
        if column is not None and column.role is Role.PROTECTED:
            problems.append(
                f"{name!r} is a protected attribute, which is corrected by importing a corrected "
                "extract, into the store that is apart from features"
            )
        elif column is None or column not in schema.stored_columns:
            problems.append(f"{name[:LONGEST_TEXT]!r} is no feature that is kept of a person")
    if problems:
        raise RecordRefused(f"Nothing was corrected: {'; '.join(problems)}.")


def _texts(values: Mapping[str, FieldValue]) -> dict[str, str | None]:
    return {
        name: value if value is None or isinstance(value, str) else repr(value)
        for name, value in values.items()
    }


def _typed(value: FieldValue, kind: pl.DataType) -> FieldValue | date:
    is_day = kind == pl.Date and value is not None
    return date.fromisoformat(str(value)) if is_day else value
