"""Score people now: checked, explained, captured and accounted for before the answer leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import msgspec

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import FieldReport, FieldValue, RiskScore, ScoreSource
from stayline.domain.score_request import (
    AS_USUAL,
    ScoreOptions,
    ScoreRequest,
    checked_fields,
    field_report,
)
from stayline.errors import HasOptedOut, NoLongerEmployed, RequestRefused, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import BoardEntry, ScoreBoard

NAMELESS = "nameless"
"""The audit subject of a score that was asked for without saying of whom."""


def score_employee(
    requests: Sequence[ScoreRequest],
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    audit: AuditLog,
    capture: CaptureLog,
    clock: Clock,
    token_key: bytes,
    actor: str,
    options: ScoreOptions = AS_USUAL,
) -> list[RiskScore]:
    """Return one explained score per request, or none at all when one of them is refused.

    What is answered was captured first and stands in the audit log, by token. The score of a
    person's own, stored features is kept on the board, with its reasons; a what-if is not, nor is
    what was asked for without reasons. Raises `HasOptedOut`, `NoLongerEmployed`, `UnknownEmployee`,
    `RequestRefused` (with every wrong field), `NothingImported`, `NothingDeployed`,
    `UnknownVariant`, `EndpointUnavailable` (see `serve_kept_scores`).
    """
    now = clock.now()
    tokens = [_token(request, token_key) for request in requests]
    try:
        _bar_opted_out(requests, tokens, opt_outs, now)
        variant = endpoint.variant(options.target_variant, affinity=tokens[0] or "")
        rows = _rows(requests, tokens, features, variant.inputs, now)
    except (HasOptedOut, NoLongerEmployed, UnknownEmployee, RequestRefused) as refusal:
        for token in _concerned(refusal, tokens):
            kind = AuditEventKind.SCORING_REFUSED
            audit.note([refused(kind, refusal, actor=actor, subject=token, at=now)])
        raise
    predictions = variant.predict(
        [row.values for row in rows],
        [row.as_of for row in rows],
        with_reasons=options.with_reasons,
    )
    scored = [
        RiskScore(
            prediction_id=str(uuid4()),
            employee_id=request.employee_id,
            risk=prediction.risk,
            band=prediction.band,
            base_risk=prediction.base_risk,
            reasons=prediction.reasons if options.with_reasons else (),
            model=variant.model,
            source=ScoreSource.LIVE,
            scored_at=now,
            fields=row.report,
        )
        for request, row, prediction in zip(requests, rows, predictions, strict=True)
    ]
    capture.append(
        [_captured(row, score, options) for row, score in zip(rows, scored, strict=True)]
    )
    audit.note([_event(row, score, actor) for row, score in zip(rows, scored, strict=True)])
    if options.with_reasons:
        _keep(rows, scored, scores, features)
    _bar_opted_out(requests, tokens, opt_outs, clock.now(), scores)
    return scored


@dataclass(frozen=True, slots=True)
class _Row:
    """A request made ready: every model input with its checked value (None is missing)."""

    token: EmployeeToken | None
    values: Mapping[str, FieldValue]
    as_of: datetime
    report: FieldReport
    is_what_if: bool


def _token(request: ScoreRequest, token_key: bytes) -> EmployeeToken | None:
    return None if request.employee_id is None else pseudonym(token_key, request.employee_id)


def _bar_opted_out(
    requests: Sequence[ScoreRequest],
    tokens: Sequence[EmployeeToken | None],
    opt_outs: OptOutList,
    now: datetime,
    scores: ScoreBoard | None = None,
) -> None:
    """Raise `HasOptedOut`; with ``scores``, also erase what was kept in the very moment before."""
    for request, token in zip(requests, tokens, strict=True):
        if token is not None and opt_outs.is_opted_out(token, at=now):
            if scores is not None:
                scores.erase(token)
            raise HasOptedOut(token, request.at("employee_id"))


def _rows(
    requests: Sequence[ScoreRequest],
    tokens: Sequence[EmployeeToken | None],
    features: FeatureStore,
    inputs: Sequence[str],
    now: datetime,
) -> list[_Row]:
    schema = features.schema()
    rows = []
    checked = checked_fields(requests, schema=schema, inputs=inputs)
    for request, token, given in zip(requests, tokens, checked, strict=True):
        stored: Mapping[str, FieldValue] = {}
        as_of = now
        if token is not None:
            record = features.get(token)
            if record is None:
                raise UnknownEmployee(token, request.at("employee_id"))
            if features.has_left(token, at=now):
                raise NoLongerEmployed(token, request.at("employee_id"))
            stored, as_of = record.values, record.event_time
        values = {name: given[name] if name in given else stored.get(name) for name in inputs}
        report = field_report(request, given=given, values=values, schema=schema)
        rows.append(_Row(token, values, as_of, report, is_what_if=token is None or bool(given)))
    return rows


def _captured(row: _Row, score: RiskScore, options: ScoreOptions) -> CaptureRecord:
    """Return what is written down for monitoring: the model's input and output, by token."""
    answer = {
        "token": row.token,
        "risk": score.risk,
        "band": score.band,
        "model_version": score.model.version,
    }
    return CaptureRecord(
        event_id=score.prediction_id,
        inferred_at=score.scored_at,
        request=msgspec.json.encode(row.values).decode(),
        answer=msgspec.json.encode(answer).decode(),
        inference_id=options.inference_id,
        custom_attributes=options.custom_attributes,
        variant=f"version-{score.model.version}",
        request_content_type=options.content_type,
        answer_content_type=options.accept,
    )


def _event(row: _Row, score: RiskScore, actor: str) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.EMPLOYEE_SCORED,
        actor=actor,
        subject=row.token or NAMELESS,
        at=score.scored_at,
        details={
            "prediction_id": score.prediction_id,
            "model_version": score.model.version,
            "band": score.band.value,
            "is_what_if": row.is_what_if,
            "source": score.source.value,
        },
    )


def _keep(
    rows: Sequence[_Row], scored: Sequence[RiskScore], scores: ScoreBoard, features: FeatureStore
) -> None:
    """Keep the scores of people as they are, for those who ask later.

    Who was erased meanwhile is taken down again: for the moment in between, some milliseconds, the
    score stands on the board. An erasure after that removes the score itself.
    """
    entries = [
        BoardEntry(
            token=row.token,
            risk=score.risk,
            band=score.band,
            reasons=score.reasons,
            model=score.model,
            scored_at=score.scored_at,
            prediction_id=score.prediction_id,
            base_risk=score.base_risk,
        )
        for row, score in zip(rows, scored, strict=True)
        if row.token is not None and not row.is_what_if
    ]
    if scores.put(entries):
        for entry in entries:
            if features.get(entry.token) is None:
                scores.erase(entry.token)


def _concerned(
    refusal: HasOptedOut | NoLongerEmployed | UnknownEmployee | RequestRefused,
    tokens: Sequence[EmployeeToken | None],
) -> list[str]:
    """Return of whom a refusal speaks; wrong fields refuse everyone in the request."""
    if isinstance(refusal, RequestRefused):
        return sorted({token for token in tokens if token is not None})
    return [refusal.token]
