"""A home whose one alarm rings when a test says so, and a process that dies while it tells."""

import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from stayline.bootstrap import Ports, build
from stayline.domain.alarms import AlarmRule
from stayline.domain.metric_points import MetricPoint
from stayline.settings import Settings
from stayline.usecases.evaluate_alarms import Evaluated, evaluate_alarms
from stores import NOON, SetClock

MINUTE = timedelta(minutes=1)
MIDDAY = NOON.replace(microsecond=0)
HEAT = AlarmRule("heat", "Heat", 10.0, "It is hot.", "Heat is high")


@dataclass
class RingingHome:
    """Real ports under a folder, a clock, and a metric by the minute."""

    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(MIDDAY))
    rules: tuple[AlarmRule, ...] = (HEAT,)

    def __post_init__(self):
        self.ports: Ports = build(Settings(home=self.folder), clock=self.clock)

    def put(self, value, **dimensions):
        """Put a figure of the minute that the clock shows."""
        self.ports.metrics.put([MetricPoint("Heat", self.clock.now(), value, dimensions)])

    def evaluate(self, notifier=None) -> Evaluated:
        ports = self.ports
        return evaluate_alarms(
            self.rules, metrics=ports.metrics, alarms=ports.alarms, audit=ports.audit,
            notifier=notifier or ports.notifier, clock=self.clock,
        )  # fmt: skip

    def after(self, minutes=1, value=None, notifier=None, **dimensions) -> Evaluated:
        """Put a figure, let minutes go by, and evaluate."""
        if value is not None:
            self.put(value, **dimensions)
        self.clock.instant += minutes * MINUTE
        return self.evaluate(notifier)


@dataclass(frozen=True)
class DyingNotifier:
    """Sends for real, and kills its process before or after the hook has taken a message."""

    within: object
    before: bool

    def channels(self):
        return self.within.channels()

    def problems(self):
        return self.within.problems()

    def send(self, channel, message):
        if channel != "hook":
            return self.within.send(channel, message)
        if not self.before:
            self.within.send(channel, message)
        os.kill(os.getpid(), signal.SIGKILL)
        return None


if __name__ == "__main__":
    dying = RingingHome(Path(sys.argv[1]))
    dying.after(1, 20.0, DyingNotifier(dying.ports.notifier, sys.argv[2] == "before"))
