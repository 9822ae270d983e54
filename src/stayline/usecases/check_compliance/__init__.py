"""Answer the 44 questions of the law from the system's own records."""

from collections.abc import Sequence
from dataclasses import fields

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.retention_records import StoreAge
from stayline.domain.compliance.bias_tables import BiasTablePolicy
from stayline.domain.compliance.catalogue import CONTROLS, Evidence, Parameters, judge_all
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.organisation import OrganisationPolicy
from stayline.domain.compliance.report import ComplianceReport
from stayline.domain.compliance.verdicts import Status, Window
from stayline.domain.retention import RetentionPolicy
from stayline.formats.compliance_report import (
    REPORT_FILE,
    evidence_file,
    evidence_lines,
    report_json,
)
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.job_book import JobBook
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.score_board import ScoreBoard
from stayline.ports.secrets import Secrets
from stayline.reports.compliance_page import PAGE_FILE, compliance_page
from stayline.usecases.check_compliance.accountability import (
    AccountabilityPorts,
    gather_accountability,
)
from stayline.usecases.check_compliance.data import DataPorts, gather_data
from stayline.usecases.check_compliance.fairness import FairnessPorts, gather_fairness
from stayline.usecases.check_compliance.humans import gather_humans
from stayline.usecases.check_compliance.log import gather_log
from stayline.usecases.check_compliance.models import gather_models
from stayline.usecases.check_compliance.opt_out import gather_opt_out
from stayline.usecases.check_compliance.retention import gather_retention
from stayline.usecases.check_compliance.security import (
    HomeState,
    SecurityPorts,
    gather_security,
)
from stayline.usecases.check_compliance.transparency import (
    TransparencyPorts,
    gather_transparency,
)

SHELF = "compliance"
"""The name under which the reports are kept, each at the end of its window."""


def check_compliance(
    window: Window,
    *,
    parameters: Parameters,
    law: LegalRegister,
    organisation: OrganisationPolicy,
    retention: RetentionPolicy,
    state: HomeState,
    tables: BiasTablePolicy,
    backups: Sequence[StoreAge],
    alarms: AlarmBook,
    capture: CaptureLog,
    decisions: DecisionBook,
    directory: Directory,
    features: FeatureStore,
    imports: ImportLedger,
    jobs: JobBook,
    opt_outs: OptOutList,
    outcomes: OutcomeBook,
    protected: ProtectedAttributes,
    register: GovernanceRegister,
    registry: ModelRegistry,
    runner: PipelineRunner,
    scores: ScoreBoard,
    reports: ReportShelf,
    secrets: Secrets,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    captured_days: int,
    sampling_percent: int,
) -> ComplianceReport:
    """Return every control with its verdict, and keep the report with its evidence.

    Nothing is changed but the shelf of reports and the audit log. A window of the past is judged
    by the records of then, and by what the stores still hold of it. ``backups`` are as found now,
    wherever an organisation has them. Captured rows are kept for
    ``captured_days`` days, of ``sampling_percent`` of the answers.
    """
    transparency = gather_transparency(
        window, TransparencyPorts(scores, register, directory, audit), parameters.transparency
    )
    fairness, bias_tables = gather_fairness(
        window,
        FairnessPorts(
            scores, features, protected, decisions, outcomes, registry, register, audit, clock
        ),
        policy=tables, actor=actor,
    )  # fmt: skip
    evidence = Evidence(
        retention=gather_retention(
            window, backups=backups, capture=capture, scores=scores, directory=directory,
            register=register, jobs=jobs, audit=audit, clock=clock,
        ),
        opt_out=gather_opt_out(
            window, opt_outs=opt_outs, scores=scores, features=features, directory=directory,
            capture=capture, registry=registry, runner=runner, register=register, audit=audit,
            clock=clock,
        ),
        humans=gather_humans(
            window, parameters=parameters.humans, decisions=decisions, register=register,
            audit=audit,
        ),
        log=gather_log(
            window, parameters=parameters.log, capture=capture, features=features,
            registry=registry, register=register, audit=audit, clock=clock,
            captured_days=captured_days, sampling_percent=sampling_percent,
        ),
        models=gather_models(
            window, registry=registry, decisions=decisions, reports=reports, alarms=alarms,
            jobs=jobs, audit=audit,
        ),
        fairness=fairness,
        data=gather_data(
            window,
            DataPorts(
                capture, features, imports, scores, runner, registry, reports, register, clock
            ),
            parameters.data,
        ),
        transparency=transparency,
        security=gather_security(
            window,
            SecurityPorts(directory, features, outcomes, secrets, register, audit),
            state,
        ),
        accountability=gather_accountability(
            window,
            AccountabilityPorts(features, registry, register, audit),
            first_scores=transparency.first_scores,
            organisation=organisation, retention=retention, law=law,
        ),
    )  # fmt: skip
    judged = judge_all(evidence, window, parameters, law)
    files = _files(evidence)
    report = ComplianceReport(
        window=window,
        checked_at=clock.now(),
        law=law,
        judged=judged,
        evidence={
            one.question.control_id: evidence_file(
                one.question, files[f"{one.question.control_id}.jsonl"]
            )
            for one in judged
        },
        bias_tables=bias_tables,
    )
    page = compliance_page(report).encode()
    reports.put(SHELF, window.until, files | {REPORT_FILE: report_json(report), PAGE_FILE: page})
    audit.append(_event(report, actor))
    return report


def _files(evidence: Evidence) -> dict[str, bytes]:
    return {
        f"{question.control_id}.jsonl": evidence_lines(question, getattr(evidence, area.name))
        for area in fields(Evidence)
        for question in CONTROLS[area.name]
    }


def _event(report: ComplianceReport, actor: str) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.COMPLIANCE_CHECKED,
        actor=actor,
        subject=f"{report.window.since:%Y-%m-%d}/{report.window.until:%Y-%m-%d}",
        at=report.checked_at,
        details={status.value: len(report.with_status(status)) for status in Status},
    )
