"""Keep what a program tells of one person, from the very moment it does."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.feature_groups import checked_record, outcome_columns, tells_leaving
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.rights import Erasure
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import LabelColumn, LeavingWithin, WorkforceSchema
from stayline.errors import RecordRefused
from stayline.modelling.tokens import aliases_of
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    INSTANT,
    LABEL,
    LEFT_ON,
    REASON,
    TOKEN,
    FeatureStore,
    group_types,
)
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.secrets import Secrets

CLOCKS_DIFFER_BY = timedelta(minutes=5)


def put_features(
    token: EmployeeToken,
    group: str,
    values: Mapping[str, str | None],
    *,
    hr_id: str,
    event_time: datetime,
    features: FeatureStore,
    register: GovernanceRegister,
    directory: Directory,
    secrets: Secrets,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> bool:
    """Return whether the fact was new; the record is whole, so what it leaves out is missing.

    A fact older than the newest stays history. An opt-out bars scoring, not this. A person nobody
    knew goes into the directory, so that tokens can follow a rotation of their key. Raises
    `RecordRefused`, also for a time yet to come and for a person who was erased.
    """
    now = clock.now()
    schema = features.schema()
    try:
        if event_time > now + CLOCKS_DIFFER_BY:
            raise RecordRefused("The event time is yet to come; tell what has happened.")
        if _was_erased(token, hr_id, register, secrets):
            raise RecordRefused("This person was erased, and nobody has allowed them back.")
        row = _row(group, values, schema)
    except RecordRefused as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=now))
        raise
    types = {TOKEN: pl.String(), EVENT_TIME: INSTANT} | group_types(group, schema)
    frame = pl.DataFrame([{TOKEN: token, EVENT_TIME: event_time} | row], schema=types)
    if directory.find(token) is None:
        _introduce(token, hr_id, event_time, directory, secrets)
    is_new = bool(features.put(group, frame, written_at=now))
    audit.append(
        AuditEvent(
            AuditEventKind.FEATURES_PUT,
            actor=actor,
            subject=token,
            at=now,
            details={"group": group, "new": is_new},
        )
    )
    return is_new


def _was_erased(
    token: EmployeeToken, hr_id: str, register: GovernanceRegister, secrets: Secrets
) -> bool:
    """Whether a tombstone stands, under the token of an earlier key as well."""
    earlier = (pseudonym(key, hr_id) for key in secrets.earlier_token_keys().values())
    return any(
        entry.record.lifted_at is None
        for one in (token, *earlier)
        for entry in register.entries(Erasure, subject=one)
    )


def _introduce(
    token: EmployeeToken,
    hr_id: str,
    event_time: datetime,
    directory: Directory,
    secrets: Secrets,
) -> None:
    """Put a person into the directory, under the tokens of earlier keys as well.

    An opt-out may stand under one of those, of somebody who was erased since.
    """
    nobody = pl.lit(None, pl.String)
    entry = pl.DataFrame(
        {TOKEN: [token], "hr_id": [hr_id], EVENT_TIME: [event_time]},
        {TOKEN: pl.String(), "hr_id": pl.String(), EVENT_TIME: INSTANT},
    ).with_columns(display_name=nobody, manager=nobody)
    if earlier := secrets.earlier_token_keys():
        directory.link(aliases_of(entry, earlier))
    directory.put(entry)


def _row(
    group: str, values: Mapping[str, str | None], schema: WorkforceSchema
) -> dict[str, FieldValue | date]:
    if group == FEATURES:
        types = group_types(group, schema)
        checked = checked_record(values, schema.stored_columns, schema)
        return {name: _typed(value, types[name]) for name, value in checked.items()}
    columns = outcome_columns(schema)
    checked = checked_record(values, columns, schema)
    outcome = schema.outcome
    if isinstance(outcome, LabelColumn):
        label = tells_leaving(checked[outcome.column], columns[0], outcome)
        if label is None:
            raise RecordRefused(f"The outcome needs a value of {outcome.column!r}.")
        return {LABEL: label}
    return _leaving(checked, outcome)


def _leaving(
    checked: Mapping[str, FieldValue], outcome: LeavingWithin
) -> dict[str, FieldValue | date]:
    reason = checked[outcome.reason_column]
    return {
        LEFT_ON: _typed(checked[outcome.date_column], pl.Date()),
        REASON: None if reason is None else str(reason),
    }


def _typed(value: FieldValue, kind: pl.DataType) -> FieldValue | date:
    is_day = kind == pl.Date and value is not None
    return date.fromisoformat(str(value)) if is_day else value
