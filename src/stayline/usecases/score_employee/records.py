"""What is written down of a case: captured, accounted for, kept."""

from collections.abc import Iterator

import msgspec

from stayline.domain.audit_events import NAMELESS, AuditEvent, AuditEventKind, refused
from stayline.domain.capture import CaptureRecord
from stayline.errors import (
    HasOptedOut,
    NoLongerEmployed,
    OutsidePilot,
    RequestRefused,
    UnknownEmployee,
)
from stayline.ports.score_board import BoardEntry
from stayline.usecases.score_employee.cases import Case

_encode = msgspec.json.Encoder().encode


def captured(case: Case) -> Iterator[CaptureRecord]:
    """Yield what is written down for monitoring: the model's input and output, by token."""
    options = case.ask.options
    for row, score in zip(case.rows, case.scored, strict=True):
        version = score.model.version
        answer = {
            "token": row.token,
            "risk": score.risk,
            "band": score.band,
            "model_version": version,
        }
        yield CaptureRecord(
            event_id=score.prediction_id,
            inferred_at=score.scored_at,
            request=_encode(row.values).decode(),
            answer=_encode(answer).decode(),
            inference_id=options.inference_id,
            custom_attributes=options.custom_attributes,
            variant=f"version-{version}",
            request_content_type=options.content_type,
            answer_content_type=options.accept,
        )


def score_events(case: Case) -> Iterator[AuditEvent]:
    """Yield one audit event a score."""
    for row, score in zip(case.rows, case.scored, strict=True):
        yield AuditEvent(
            AuditEventKind.EMPLOYEE_SCORED,
            actor=case.ask.actor,
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


def refusal_events(case: Case) -> Iterator[AuditEvent]:
    """Yield one audit event for each person whose score was refused.

    Wrong fields refuse everyone in the request. What failed for other causes refused nobody.
    """
    refusal = case.refusal
    if isinstance(refusal, RequestRefused):
        concerned: list[str] = sorted({token for token in case.tokens if token is not None})
    elif isinstance(refusal, HasOptedOut | NoLongerEmployed | OutsidePilot | UnknownEmployee):
        concerned = [refusal.token]
    else:
        return
    kind = AuditEventKind.SCORING_REFUSED
    for token in concerned:
        yield refused(kind, refusal, actor=case.ask.actor, subject=token, at=case.now)


def board_entries(case: Case) -> Iterator[BoardEntry]:
    """Yield what the board keeps: the explained scores of people as they are."""
    if not case.ask.options.with_reasons:
        return
    for row, score in zip(case.rows, case.scored, strict=True):
        if row.token is not None and not row.is_what_if:
            yield BoardEntry(
                token=row.token,
                risk=score.risk,
                band=score.band,
                reasons=score.reasons,
                model=score.model,
                scored_at=score.scored_at,
                prediction_id=score.prediction_id,
                base_risk=score.base_risk,
            )
