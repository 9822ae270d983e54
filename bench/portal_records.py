"""What a large company has on record: holds, requests, opt-outs, reports, answers, events."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from privacy_home import OFFICER, REQUESTS, keep_report, purge
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.opt_out import OptOutKind
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.settings import Settings
from stayline.usecases.open_request import open_request
from stayline.usecases.set_legal_holds import set_legal_holds
from stayline.usecases.sign_checkpoint import sign_checkpoint
from stayline.usecases.verify_audit_log import verify_audit_log

HOLDS, ASKED, OUT, REPORTS = 2_000, 400, 1_000, 20
EVENTS_A_PERSON, DAYS_CAPTURED, TOGETHER = 2, 30, 5_000


def fill_records(ports: Ports, settings: Settings, people: int) -> None:
    """Keep an answer, with its input and without, and events of all; of some, what they asked."""
    key, now = ports.secrets.token_key(), ports.clock.now()
    tokens = [pseudonym(key, str(number)) for number in range(people)]
    _capture(ports, tokens, now)
    _answer(ports, tokens, now)
    _note(ports, tokens, now)
    set_legal_holds(
        tokens[-HOLDS:],
        matter="EEOC 2026-123",
        reason="A charge was filed.",
        actor=OFFICER,
        register=ports.register,
        audit=ports.audit,
        clock=ports.clock,
    )
    for number, token in enumerate(tokens[-ASKED:]):
        kind, law, ago = REQUESTS[number % len(REQUESTS)]
        open_request(
            token,
            kind=kind,
            jurisdiction=law,
            received_on=now.date() - timedelta(days=ago),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=OFFICER,
        )
    for token in tokens[-OUT:]:
        ports.opt_outs.opt_out(token, at=now, kind=OptOutKind.OPT_OUT)
    for number in range(REPORTS):
        keep_report(ports, reason="Nobody was trained.", days_before=91 * number)
    purge(ports, settings)
    told = {"audit": ports.audit, "checkpoints": ports.checkpoints, "clock": ports.clock}
    sign_checkpoint(**told, actor="schedule")
    verify_audit_log(**told, actor=OFFICER)


def _capture(ports: Ports, tokens: list[EmployeeToken], now: datetime) -> None:
    asked = json.dumps({f"feature_{number}": number * 1.5 for number in range(25)})
    for start in range(0, len(tokens), TOGETHER):
        ports.capture.append(
            [
                CaptureRecord(
                    f"event-{number}",
                    _answered_at(number, now),
                    asked,
                    json.dumps({"token": tokens[number], "risk": 0.2, "band": "low"}),
                    variant="version-1",
                )
                for number in range(start, min(start + TOGETHER, len(tokens)))
            ]
        )
    ports.capture.flush()


def _answer(ports: Ports, tokens: list[EmployeeToken], now: datetime) -> None:
    people = range(len(tokens))
    ports.answers.add(
        pl.DataFrame(
            {
                "event_id": [f"event-{number}" for number in people],
                "inference_id": [None] * len(tokens),
                "inferred_at": [_answered_at(number, now) for number in people],
                "token": tokens,
                "risk": [0.2] * len(tokens),
                "model_version": [1] * len(tokens),
            }
        )
    )


def _answered_at(number: int, now: datetime) -> datetime:
    return now - timedelta(minutes=number % (DAYS_CAPTURED * 24 * 60))


def _note(ports: Ports, tokens: list[EmployeeToken], now: datetime) -> None:
    kind, details = AuditEventKind.EMPLOYEE_SCORED, {"model": "1", "risk": 0.25}
    scored = AuditEvent(kind, "payroll", "", now, details)
    for start in range(0, len(tokens), TOGETHER):
        some = tokens[start : start + TOGETHER]
        ports.audit.note([replace(scored, subject=one) for one in some * EVENTS_A_PERSON])
