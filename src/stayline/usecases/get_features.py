"""Show a program what is known of one person now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.feature_groups import label_word, outcome_columns
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import LabelColumn, WorkforceSchema
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import (
    AS_OF,
    EVENT_TIME,
    FEATURES,
    INSTANT,
    LABEL,
    LEFT_ON,
    OUTCOMES,
    REASON,
    TOKEN,
    FeatureStore,
)


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """The newest record of one person, by the schema's column names; None is missing."""

    event_time: datetime
    values: Mapping[str, FieldValue | date]


def get_features(
    token: EmployeeToken,
    group: str,
    *,
    features: FeatureStore,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> KnownRecord | None:
    """Return the newest record of the group, or None; that it was read is written down."""
    now = clock.now()
    found = _features(token, features) if group == FEATURES else _outcome(token, features, now)
    audit.append(
        AuditEvent(
            AuditEventKind.FEATURES_READ,
            actor=actor,
            subject=token,
            at=now,
            details={"group": group, "found": found is not None},
        )
    )
    return found


def _features(token: EmployeeToken, features: FeatureStore) -> KnownRecord | None:
    record = features.get(token)
    return None if record is None else KnownRecord(record.event_time, record.values)


def _outcome(token: EmployeeToken, features: FeatureStore, now: datetime) -> KnownRecord | None:
    spine = pl.DataFrame(
        {TOKEN: [token], AS_OF: [now]}, schema={TOKEN: pl.String(), AS_OF: INSTANT}
    )
    (row,) = features.join(OUTCOMES, spine).rows(named=True)
    if row[EVENT_TIME] is None:
        return None
    return KnownRecord(row[EVENT_TIME], _told(row, features.schema()))


def _told(
    row: Mapping[str, FieldValue | date], schema: WorkforceSchema
) -> dict[str, FieldValue | date]:
    outcome, columns = schema.outcome, outcome_columns(schema)
    if isinstance(outcome, LabelColumn):
        return {outcome.column: label_word(bool(row[LABEL]), columns[0], outcome)}
    return {outcome.date_column: row[LEFT_ON], outcome.reason_column: row[REASON]}
