"""What a privacy officer has on record: requests of every standing, holds, opt-outs, a purge."""

from dataclasses import replace
from datetime import timedelta

from healthy_quarter import UNTIL, healthy_quarter, law_read_on, window_to
from stayline.bootstrap import Ports
from stayline.bootstrap.retention import aged_stores, retention_policy
from stayline.domain.compliance.catalogue import Parameters, judge_all
from stayline.domain.compliance.report import ComplianceReport, EvidenceFile
from stayline.domain.compliance.verdicts import Status
from stayline.domain.deadlines import Jurisdiction
from stayline.domain.opt_out import Channel, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.rights import RequestKind
from stayline.formats.compliance_report import REPORT_FILE, report_json
from stayline.settings import Settings
from stayline.usecases.open_request import open_request
from stayline.usecases.purge_records import PurgeReport, purge_records
from stayline.usecases.scan_records import scan_records
from stayline.usecases.set_legal_holds import set_legal_holds
from stayline.usecases.settle_request import close_request, extend_request
from stayline.usecases.sign_checkpoint import sign_checkpoint
from stayline.usecases.verify_audit_log import verify_audit_log

OFFICER = "dora"
REQUESTS = (
    (RequestKind.ACCESS, Jurisdiction.EU, 40),
    (RequestKind.EXPLANATION, Jurisdiction.EU, 26),
    (RequestKind.ERASURE, Jurisdiction.UK, 20),
    (RequestKind.GRIEVANCE, Jurisdiction.IN, 61),
    (RequestKind.CORRECTION, Jurisdiction.US_CO, 3),
    (RequestKind.OBJECTION, Jurisdiction.EU, 12),
)
"""Kind, law, and how many days ago each came in; the last one is answered."""


def fill(ports: Ports, settings: Settings, people: list[str]) -> None:
    """Put all of it on record about these people, by HR id."""
    tokens = [pseudonym(ports.secrets.token_key(), hr_id) for hr_id in people]
    answer_requests(ports, tokens)
    for token, kind in zip(tokens[:3], (*OptOutKind, OptOutKind.OPT_OUT), strict=True):
        ports.opt_outs.opt_out(
            token, at=ports.clock.now(), kind=kind, channel=Channel.WORKS_COUNCIL
        )
    set_legal_holds(
        [tokens[4], tokens[5]],
        matter="EEOC 2026-123",
        reason="A charge was filed.",
        actor=OFFICER,
        register=ports.register,
        audit=ports.audit,
        clock=ports.clock,
    )
    purge(ports, settings)
    sign_checkpoint(
        audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock, actor="schedule"
    )
    verify_audit_log(
        audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock, actor=OFFICER
    )


def answer_requests(ports: Ports, tokens: list[EmployeeToken]) -> None:
    """Open a request of each kind; one is answered, one takes longer."""
    today = ports.clock.now().date()
    ids = [
        open_request(
            token,
            kind=kind,
            jurisdiction=law,
            received_on=today - timedelta(days=ago),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=OFFICER,
        ).entry_id
        for token, (kind, law, ago) in zip(tokens, REQUESTS, strict=False)
    ]
    settle = {"register": ports.register, "audit": ports.audit, "clock": ports.clock}
    close_request(ids[-1], outcome="Scoring ended the same day.", actor=OFFICER, **settle)
    extend_request(
        ids[2], reason="Captures of three years have to be read.", actor=OFFICER, **settle
    )


def purge(ports: Ports, settings: Settings) -> PurgeReport:
    """Purge and scan, as the daily job does; return what went."""
    stores, policy = aged_stores(ports, retention_policy(settings)), retention_policy(settings)
    shared = {"directory": ports.directory, "register": ports.register, "clock": ports.clock}
    report = purge_records(
        stores,
        policy=policy,
        is_real=True,
        reason="the daily purge",
        actor="schedule",
        audit=ports.audit,
        **shared,
    )
    scan_records(stores, policy=policy, actor="schedule", **shared)
    return report


def keep_report(ports: Ports, *, reason: str, days_before: int = 0) -> None:
    """Keep a compliance report of which the first control fails, for that reason."""
    until = UNTIL - timedelta(days=days_before)
    law, window = law_read_on(until.date()), window_to(until)
    first, *others = judge_all(healthy_quarter(until), window, Parameters(), law)
    verdict = replace(first.verdict, status=Status.FAIL, reason=reason, offending=(reason,))
    judged = (replace(first, verdict=verdict), *others)
    names = [one.question.control_id for one in judged]
    evidence = {name: EvidenceFile(f"{name}.jsonl", "0" * 64, 1) for name in names}
    report = ComplianceReport(window, until, law, judged, evidence)
    files = {file.name: b"{}\n" for file in evidence.values()}
    ports.reports.put("compliance", until, files | {REPORT_FILE: report_json(report)})
