"""The rules over the server's figures at the cadences that docs/jobs.md names."""

from datetime import timedelta
from math import inf

import pytest

from stayline.bootstrap import build
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarms import AlarmState
from stayline.domain.serving_counts import Histogram, ServingCounts, serving_points
from stayline.settings import Settings
from stayline.usecases.evaluate_alarms import evaluate_alarms
from stayline.usecases.sample_serving import sample_serving
from stores import NOON, SetClock

MINUTE = timedelta(minutes=1)
BOUNDS = (50_000.0, 100_000.0, 250_000.0, 500_000.0, inf)
A_MINUTE = 30
LATE_S = (0, 3, 1, 2)
"""By how many seconds a timer is late, in turn."""


class CountingServer:
    """Counts so many requests a minute, as a server does; in trouble, all of them go badly."""

    def __init__(self, clock):
        self.clock, self.begun, self.kept = clock, clock.now(), None
        self.total = self.bad = 0

    def go_on(self, span, *, is_in_trouble):
        requests = round(A_MINUTE * span / MINUTE)
        self.clock.instant += span
        self.total += requests
        self.bad += requests if is_in_trouble else 0
        self.is_in_trouble = is_in_trouble

    def counts(self, at):
        well = self.total - self.bad
        times = Histogram(BOUNDS, (well, well, well, self.total, self.total))
        return ServingCounts(
            "run", at, "attrition-risk", True, self.total, nightly=self.bad,
            server_errors=self.bad, overhead=times, capture_lag_s=0.4 if self.is_in_trouble else 0,
        )  # fmt: skip

    def last(self):
        return self.kept

    def keep(self, counts):
        self.kept = counts


def serving_rules():
    clock = SetClock(NOON)
    server = CountingServer(clock)
    server.go_on(MINUTE, is_in_trouble=True)
    told = {point.name for point in serving_points(server.counts(clock.now()))}
    return [rule for rule in DEFAULT_RULES if rule.metric in told]


def test_there_are_four_rules_over_the_server_s_figures():
    assert {rule.name for rule in serving_rules()} == {
        "latency-high", "server-errors", "fallback-in-use", "capture-lag",
    }  # fmt: skip


@pytest.mark.parametrize("minutes", [1, 10])
def test_every_rule_rings_on_a_lasting_fault_and_clears_after_it(tmp_path, minutes):
    clock = SetClock(NOON.replace(microsecond=0))
    server, ports = CountingServer(clock), build(Settings(home=tmp_path), clock=clock)
    rules = serving_rules()

    def after(span, *, is_in_trouble):
        """Return the alarms' states after a time of looking at that cadence."""
        end, looks = clock.instant + span, 0
        while clock.instant < end:
            late = timedelta(seconds=LATE_S[looks % 4] - LATE_S[(looks - 1) % 4])
            server.go_on(minutes * MINUTE + late, is_in_trouble=is_in_trouble)
            sample_serving(serving=server, metrics=ports.metrics, clock=clock)
            found = evaluate_alarms(
                rules, metrics=ports.metrics, alarms=ports.alarms, audit=ports.audit,
                notifier=ports.notifier, clock=clock,
            )  # fmt: skip
            looks += 1
        return {one.alarm: one.state for one in found.standings}

    names = [rule.name for rule in rules]
    span = 8 * minutes * MINUTE if minutes == 10 else 15 * MINUTE
    assert after(span, is_in_trouble=False) == dict.fromkeys(names, AlarmState.OK)
    assert after(span, is_in_trouble=True) == dict.fromkeys(names, AlarmState.ALARM)
    assert after(span, is_in_trouble=False) == dict.fromkeys(names, AlarmState.OK)
