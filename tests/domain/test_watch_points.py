"""A window's findings as figures: which count as violations, and which stand for themselves."""

from dataclasses import replace

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.domain.watch_points import metric_points
from watched_windows import window

HELD = Finding(Monitor.QUALITY, "LessThanThreshold", Verdict.PASS, "As good.", metric="recall")
MISSED = Finding(
    Monitor.QUALITY, "estimate_check", Verdict.FAIL, "Better.", metric="auc", value=0.9
)


def figures(*findings: Finding) -> dict[str, float]:
    watched = replace(window(0, 3), findings=findings)
    return {point.name: point.value for point in metric_points(watched)}


def test_an_estimate_that_did_not_come_true_is_no_violation_but_a_figure_of_its_own():
    told = figures(HELD, MISSED)
    assert (told["watch_violations"], told["estimate_missed"]) == (0, 1)
    assert figures(replace(HELD, verdict=Verdict.FAIL), MISSED)["watch_violations"] == 1


def test_an_estimate_that_came_true_is_told_and_one_never_compared_is_not():
    assert figures(HELD, replace(MISSED, verdict=Verdict.PASS))["estimate_missed"] == 0
    alone = figures(replace(MISSED, verdict=Verdict.INSUFFICIENT))
    assert "estimate_missed" not in alone
    assert "watch_violations" not in alone
    assert "watch_violations" not in figures(MISSED)
