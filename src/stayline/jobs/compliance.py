"""The quarterly check: that every part of the home is whole, and what the controls say."""

from stayline.bootstrap import Ports
from stayline.domain.compliance.report import ComplianceReport
from stayline.domain.compliance.verdicts import Window
from stayline.formats.compliance_policies import (
    read_bias_tables,
    read_legal_register,
    read_organisation,
    read_parameters,
)
from stayline.jobs.home_state import home_state
from stayline.jobs.job import Call
from stayline.jobs.retention import retention_policy
from stayline.jobs.work import check_whole
from stayline.settings import Settings
from stayline.usecases.check_compliance import check_compliance


def check_quarter(ports: Ports, settings: Settings, call: Call) -> str:
    """Check the home and the quarter before; raises `StoreDamaged` for a part that is not whole.

    A control that fails is what the check found, and no failure of the check.
    """
    whole = check_whole(ports)
    window = Window(call.window.start, call.window.end)
    report = check_window(window, ports=ports, settings=settings, by=call.by)
    return f"{whole} {report.summary()}"


def check_window(window: Window, *, ports: Ports, settings: Settings, by: str) -> ComplianceReport:
    """Run the controls over a window by the organisation's own thresholds."""
    return check_compliance(
        window,
        parameters=read_parameters(settings.home),
        law=read_legal_register(settings.home),
        organisation=read_organisation(settings.home),
        retention=retention_policy(settings),
        state=home_state(settings),
        tables=read_bias_tables(settings.home),
        alarms=ports.alarms,
        capture=ports.capture,
        decisions=ports.decisions,
        directory=ports.directory,
        features=ports.features,
        imports=ports.imports,
        jobs=ports.jobs,
        opt_outs=ports.opt_outs,
        outcomes=ports.outcomes,
        protected=ports.protected,
        register=ports.register,
        registry=ports.registry,
        runner=ports.runner,
        scores=ports.scores,
        reports=ports.reports,
        secrets=ports.secrets,
        audit=ports.audit,
        clock=ports.clock,
        actor=by,
        captured_days=retention_policy(settings).raw_inputs_days,
        sampling_percent=settings.capture_sampling_percent,
    )
