"""The quarterly check: that every part of the home is whole, and what the controls say."""

from datetime import datetime, timedelta

from stayline.bootstrap import Ports
from stayline.bootstrap.retention import retention_policy
from stayline.domain.compliance.areas.retention_records import StoreAge
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
from stayline.jobs.work import check_whole
from stayline.settings import Settings
from stayline.usecases.check_compliance import check_compliance
from stayline.usecases.purge_records import old_backups


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
    policy = retention_policy(settings)
    return check_compliance(
        window,
        backups=_backups(policy.backups, ports.clock.now()),
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
        captured_days=policy.raw_inputs_days,
        sampling_percent=settings.capture_sampling_percent,
    )


def _backups(folders: tuple[str, ...], now: datetime) -> tuple[StoreAge, ...]:
    """Return what lies in the folders of backups and how old it is; of a missing folder nothing."""
    return tuple(
        StoreAge(
            one.path,
            rows=0 if one.age_days is None else 1,
            oldest_at=None if one.age_days is None else now - timedelta(days=one.age_days),
        )
        for one in old_backups(folders, before=now, now=now)
    )
