"""What the jobs do: each calls a use case, and tells in a line what came of it."""

from datetime import timedelta
from pathlib import Path

from stayline.bootstrap import Ports
from stayline.domain.import_report import ImportReport
from stayline.domain.workforce_schema import LeavingWithin
from stayline.errors import NothingImported, StoreDamaged
from stayline.jobs.job import Call
from stayline.jobs.old_files import purge_files
from stayline.settings import Settings
from stayline.usecases.check_home import check_home
from stayline.usecases.import_inbox import DONE, REFUSED, import_inbox
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.score_workforce import score_workforce
from stayline.usecases.watch_window import BY_HAND, REPORT

RECORDS_KEPT = timedelta(days=730)
"""How long the records of runs, of alarms and of watched windows are kept."""
FIGURES_KEPT = timedelta(days=400)
OUTCOME_LATE = timedelta(days=180)
"""How long after its horizon an answer waits for its outcome."""


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
            audit=ports.audit,
            clock=ports.clock,
            actor=call.by,
            progress=call.listener.advance,
        )
    return (
        f"{scored.count:,} people scored by version {scored.model.version}; left out: "
        f"{scored.opted_out:,} who opted out, {scored.gone:,} no longer employed."
    )


def check_compliance(ports: Ports, settings: Settings, call: Call) -> str:
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
    )
    damaged = [check for check in checks if not check.is_whole]
    if damaged:
        names = ", ".join(check.name for check in damaged)
        problem = f"{damaged[0].problems[0].rstrip('.')}. Damaged parts: {names}."
        raise StoreDamaged(f"The home ({damaged[0].name})", problem)
    notes = [note for check in checks for note in check.notes]
    return f"All {len(checks)} parts of the home are whole. {'; '.join(notes)}."


def purge(ports: Ports, settings: Settings, call: Call) -> str:
    """Remove what is older than it may be."""
    now = ports.clock.now()
    since = now - timedelta(days=settings.capture_days)
    captured = ports.capture.purge(since)
    outputs = ports.runner.purge_expired(at=now)
    before = now - _answers_kept(ports)
    answers, outcomes = ports.answers.purge(before), ports.outcomes.purge(before)
    records = sum(
        (
            ports.jobs.purge(now - RECORDS_KEPT),
            ports.alarms.purge(now - RECORDS_KEPT),
            ports.reports.purge(REPORT, now - RECORDS_KEPT),
            ports.reports.purge(BY_HAND, now - RECORDS_KEPT),
            ports.metrics.purge(now - FIGURES_KEPT),
        )
    )
    inbox = settings.home / settings.inbox
    files = purge_files([inbox / DONE, inbox / REFUSED, settings.home / "rejects"], since)
    return (
        f"Removed {captured:,} captured records older than {settings.capture_days} days, "
        f"{files:,} extracts and reject files as old, "
        f"{answers:,} answers whose outcome is long known, {outcomes:,} outcomes as old, "
        f"{outputs:,} expired pipeline files, "
        f"{records:,} records of jobs, alarms, windows and figures."
    )


def _answers_kept(ports: Ports) -> timedelta:
    """Return how long an answer without its inputs waits for what became of the person."""
    try:
        outcome = ports.features.schema().outcome
    except NothingImported:
        return OUTCOME_LATE
    months = outcome.horizon_months if isinstance(outcome, LeavingWithin) else 0
    return timedelta(days=31 * months) + OUTCOME_LATE
