"""What the jobs do: each calls a use case, and tells in a line what came of it."""

from datetime import timedelta
from pathlib import Path

from stayline.bootstrap import Ports
from stayline.bootstrap.retention import (
    RECORDS_KEPT,
    aged_stores,
    decisions_before,
    personal_stores,
    retention_policy,
)
from stayline.domain.import_report import ImportReport
from stayline.errors import RetentionUnsettled, StoreDamaged
from stayline.jobs.job import Call
from stayline.settings import Settings
from stayline.usecases.check_home import check_home
from stayline.usecases.erase_employee import finish_erasures
from stayline.usecases.import_inbox import import_inbox
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.purge_records import purge_records
from stayline.usecases.scan_records import scan_records
from stayline.usecases.score_workforce import score_workforce

FIGURES_KEPT = timedelta(days=400)
"""How long figures over time are kept."""


def refresh_features(ports: Ports, settings: Settings, call: Call) -> str:
    """Import what lies in the inbox under the schema that the workforce was imported with."""

    def import_extract(path: Path) -> ImportReport:
        return import_workforce(
            path,
            schema=ports.features.schema(),
            as_of=None,
            actor=call.by,
            rejects=settings.home / "rejects",
            features=ports.features,
            protected=ports.protected,
            directory=ports.directory,
            imports=ports.imports,
            register=ports.register,
            audit=ports.audit,
            secrets=ports.secrets,
            clock=ports.clock,
            progress=call.listener.advance,
        )

    inbox = settings.home / settings.inbox
    return import_inbox(inbox, import_extract=import_extract, clock=ports.clock).words()


def score_everyone(ports: Ports, settings: Settings, call: Call) -> str:
    """Put everyone's newest score on the board."""
    ports.runner.purge_expired(at=ports.clock.now())  # this runs nightly, training may not
    if ports.registry.deployed() is None:
        return "No model is deployed yet, so nobody was scored."
    with ports.secrets.steady_tokens():
        scored = score_workforce(
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            clock=ports.clock,
            actor=call.by,
            progress=call.listener.advance,
        )
    outside = f", {scored.outside:,} outside the pilot" if scored.outside else ""
    return (
        f"{scored.count:,} people scored by version {scored.model.version}; left out: "
        f"{scored.opted_out:,} who opted out, {scored.gone:,} no longer employed{outside}."
    )


def check_whole(ports: Ports) -> str:
    """Check the home; raises `StoreDamaged` for the first part that is not whole."""
    checks = check_home(
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        registry=ports.registry,
        runner=ports.runner,
        endpoint=ports.endpoint,
        capture=ports.capture,
        audit=ports.audit,
        secrets=ports.secrets,
        storage=ports.storage,
    )
    damaged = [check for check in checks if not check.is_whole]
    if damaged:
        names = ", ".join(check.name for check in damaged)
        problem = f"{damaged[0].problems[0].rstrip('.')}. Damaged parts: {names}."
        raise StoreDamaged(f"The home ({damaged[0].name})", problem)
    notes = [note for check in checks for note in check.notes]
    return f"All {len(checks)} parts of the home are whole. {'; '.join(notes)}."


def purge(ports: Ports, settings: Settings, call: Call) -> str:
    """Remove what is older than it may be, complete erasures, and look again at what is left.

    Raises, when what can be done is done, `ErasureUnfinished`, `RotationUnderWay`, and
    `RetentionUnsettled` when a ceiling and a floor contradict each other.
    """
    now, policy = ports.clock.now(), retention_policy(settings)
    stores = aged_stores(ports, policy)
    done = purge_records(
        stores,
        policy=policy,
        is_real=True,
        reason="the daily purge",
        actor=call.by,
        directory=ports.directory,
        register=ports.register,
        audit=ports.audit,
        clock=ports.clock,
        progress=call.listener.advance,
    )
    records = sum(
        (
            ports.runner.purge_expired(at=now),
            ports.jobs.purge(now - RECORDS_KEPT),
            ports.alarms.purge(now - RECORDS_KEPT),
            ports.metrics.purge(now - FIGURES_KEPT),
        )
    )
    with ports.secrets.steady_tokens():
        erased = finish_erasures(
            decisions_before=decisions_before(policy, now),
            stores=personal_stores(ports),
            register=ports.register,
            audit=ports.audit,
            clock=ports.clock,
            actor=call.by,
        )
    scan_records(
        stores, policy=policy, actor=call.by, directory=ports.directory,
        register=ports.register, clock=ports.clock,
    )  # fmt: skip
    if done.conflicts:
        raise RetentionUnsettled(done.conflicts)
    went = ", ".join(f"{plan.deleted:,} {plan.store}" for plan in done.stores)
    held_back = sum(plan.held_back for plan in done.stores)
    return (
        f"Removed {went}, {records:,} records of jobs, alarms and figures; "
        f"{held_back:,} stay under legal hold, {erased:,} erasures completed, "
        f"{len(done.backups):,} backups too old."
    )
