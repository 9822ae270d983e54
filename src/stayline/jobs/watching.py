"""Watching a day's answers, and what follows when they drift for long."""

from stayline.bootstrap import Ports
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Watched
from stayline.jobs.drift import retrain_on_drift
from stayline.jobs.job import Call
from stayline.settings import Settings
from stayline.usecases.watch_window import watch_window, watched_windows


def watch(ports: Ports, settings: Settings, call: Call) -> str:
    """Look at the window of a call; train a new version where drift has gone on for long enough."""
    if ports.registry.deployed() is None:
        return "No model is deployed yet, so nothing was watched."
    with ports.secrets.steady_tokens():
        watched = watch_window(
            call.window,
            actor=call.by,
            sampling_percent=settings.capture_sampling_percent,
            capture=ports.capture,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            answers=ports.answers,
            outcomes=ports.outcomes,
            decisions=ports.decisions,
            protected=ports.protected,
            reports=ports.reports,
            metrics=ports.metrics,
            alarms=ports.alarms,
            audit=ports.audit,
            clock=ports.clock,
            tell=call.listener.tell,
        )
    told = " ".join(map(_told, watched))
    follows = retrain_on_drift(
        watched_windows(ports.reports), ports=ports, settings=settings, listener=call.listener
    )
    return f"{told} {follows}".strip()


def _told(watched: Watched) -> str:
    failed = sum(finding.verdict is Verdict.FAIL for finding in watched.findings)
    return (
        f"{watched.intake.rows:,} answers of version {watched.model_version}: {failed} violations "
        f"in {len(watched.findings)} checks."
    )
