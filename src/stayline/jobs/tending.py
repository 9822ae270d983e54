"""What has to be done every minute, whatever else is running: settle, sample, evaluate, tell."""

import logging
from contextlib import AbstractContextManager
from dataclasses import replace

from stayline.bootstrap import Ports
from stayline.domain.metric_points import MetricPoint
from stayline.formats.alarms_toml import read_rules
from stayline.jobs.each_time import each_time
from stayline.jobs.settling import settle
from stayline.settings import Settings
from stayline.usecases.evaluate_alarms import Evaluated, evaluate_alarms
from stayline.usecases.sample_serving import sample_serving
from stayline.usecases.see_jobs import see_jobs

EVERY_S = 60.0
MISSED = "job_missed"
_log = logging.getLogger(__name__)


def tend(ports: Ports, settings: Settings) -> Evaluated:
    """Finish what was cut short, put figures where alarms look, and let alarms ring.

    The figures are the server's and the missed jobs. Raises `SettingRefused` for rules that cannot
    be read, and what stores raise.
    """
    settled = settle(ports)
    for line in settled.done:
        _log.info("%s", line)
    sample_serving(serving=ports.serving, metrics=ports.metrics, clock=ports.clock)
    at = ports.clock.now()
    ports.metrics.put(
        [
            MetricPoint(MISSED, at, float(state.missed is not None), {"Job": state.name}, "Count")
            for state in see_jobs(jobs=ports.jobs, clock=ports.clock)
        ]
    )
    evaluated = evaluate_alarms(
        read_rules(settings.home),
        metrics=ports.metrics,
        alarms=ports.alarms,
        notifier=ports.notifier,
        audit=ports.audit,
        clock=ports.clock,
    )
    return replace(evaluated, problems=(*settled.problems, *evaluated.problems))


def tending(
    ports: Ports, settings: Settings, *, every_s: float = EVERY_S
) -> AbstractContextManager[None]:
    """Tend every minute in a thread while the block runs: a long job must not keep alarms quiet."""
    return each_time("Tending", lambda: tend(ports, settings).problems, every_s=every_s)
