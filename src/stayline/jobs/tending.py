"""What has to be done every minute, whatever else is running: sample, evaluate, tell."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from stayline.bootstrap import Ports
from stayline.domain.metric_points import MetricPoint
from stayline.errors import StaylineError
from stayline.formats.alarms_toml import read_rules
from stayline.jobs.overview import overview
from stayline.settings import Settings
from stayline.usecases.evaluate_alarms import Evaluated, evaluate_alarms
from stayline.usecases.sample_serving import sample_serving

EVERY_S = 60.0
MISSED = "job_missed"
_log = logging.getLogger(__name__)


def tend(ports: Ports, settings: Settings) -> Evaluated:
    """Put the server's figures and the missed jobs where alarms look, and let alarms ring.

    Raises `SettingRefused` for rules that cannot be read, and what stores raise.
    """
    sample_serving(serving=ports.serving, metrics=ports.metrics, clock=ports.clock)
    at = ports.clock.now()
    ports.metrics.put(
        [
            MetricPoint(MISSED, at, float(state.missed is not None), {"Job": state.name}, "Count")
            for state in overview(ports)
        ]
    )
    return evaluate_alarms(
        read_rules(settings.home),
        metrics=ports.metrics,
        alarms=ports.alarms,
        notifier=ports.notifier,
        audit=ports.audit,
        clock=ports.clock,
    )


@contextmanager
def tending(ports: Ports, settings: Settings, *, every_s: float = EVERY_S) -> Iterator[None]:
    """Tend every minute in a thread while the block runs: a long job must not keep alarms quiet."""
    stop = threading.Event()

    def go_on() -> None:
        told: tuple[str, ...] = ()
        while not stop.wait(every_s):
            problems: tuple[str, ...] = ()
            try:
                problems = tend(ports, settings).problems
            except StaylineError as error:
                problems = (str(error),)
            except Exception as error:  # whatever it is, the next minute is tried again
                problems = (f"An unexpected {type(error).__name__}.",)
            for problem in problems:
                if problem not in told:  # once, not every minute
                    _log.error("Alarms: %s", problem)
            told = problems

    thread = threading.Thread(target=go_on, name="stayline-tending", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
