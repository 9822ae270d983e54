"""What the report of a pilot takes from answers, outcomes and watched windows."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from stayline.bootstrap import Ports, build
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.domain.outcomes import EventOutcome
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pilot_report import PilotReport
from stayline.errors import NoPilot
from stayline.formats.watched_form import FILE, encode_watched
from stayline.settings import Settings
from stayline.usecases.end_pilot import end_pilot
from stayline.usecases.report_pilot import report_pilot
from stayline.usecases.set_pilot import set_pilot
from stores import SetClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROWS, LEFT = 60, 20


@pytest.fixture
def clock(ports: Ports) -> SetClock:
    return SetClock(ports.clock.now())


@pytest.fixture
def pilot(home, clock: SetClock) -> Ports:
    """Begin a pilot now; a day passes."""
    opened = build(Settings(home=home), clock=clock)
    set_pilot(
        ["Department=Sales"], reason="As agreed.", by="ana", until=None, features=opened.features,
        scores=opened.scores, control=opened.control, clock=clock,
    )  # fmt: skip
    clock.instant += DAY
    return opened


def report(ports: Ports) -> PilotReport:
    return report_pilot(
        policy=OversightPolicy(), control=ports.control, features=ports.features,
        scores=ports.scores, opt_outs=ports.opt_outs, decisions=ports.decisions,
        answers=ports.answers, outcomes=ports.outcomes, registry=ports.registry,
        reports=ports.reports, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip


def answer(ports: Ports, clock: SetClock, *, hours_ago: float, labelled: int = ROWS) -> None:
    """Answer about people, the first of whom left; three of four of those with a high risk."""
    tokens = ports.features.newest().get_column("token").head(ROWS).to_list()
    ids = [f"{hours_ago} {token}" for token in tokens]
    risks = [0.99 if place < LEFT and place % 4 else 0.0 for place in range(ROWS)]
    ports.answers.add(
        pl.DataFrame(
            {
                "event_id": ids, "inference_id": [None] * ROWS,
                "inferred_at": [clock.instant - timedelta(hours=hours_ago)] * ROWS,
                "token": tokens, "risk": risks, "model_version": [1] * ROWS,
            }
        )
    )  # fmt: skip
    ports.outcomes.add(
        [
            EventOutcome(event_id, place < LEFT, clock.instant)
            for place, event_id in enumerate(ids[:labelled])
        ]
    )


def test_quality_is_that_of_the_answers_since_the_pilot_began(pilot, clock):
    answer(pilot, clock, hours_ago=1)
    answer(pilot, clock, hours_ago=48)
    quality = report(pilot).quality
    told = {figure.name: figure for figure in quality.figures}
    assert (quality.lacking, quality.source) == ("", "answers of version 1")
    assert told["recall"].value == pytest.approx(0.75)
    assert told["precision"].value == 1
    assert told["recall"].low < 0.75 < told["recall"].high
    assert {figure.n for figure in quality.figures} == {ROWS}


def test_too_few_known_outcomes_are_said_beside_the_figures(pilot, clock):
    answer(pilot, clock, hours_ago=1, labelled=LEFT + 5)
    assert "at least 80%" in report(pilot).quality.lacking


def test_without_answers_the_report_says_so(pilot):
    found = report(pilot)
    assert found.quality.figures == found.fairness.figures == ()
    assert "No answer of that time" in found.quality.lacking
    assert "No window" in found.fairness.lacking


def watched(ports: Ports, end, value: float) -> None:
    window = Window(end - DAY, end)
    finding = Finding(
        Monitor.BIAS, "bias_drift_check", Verdict.PASS, "As before.", subject="Gender = Female",
        metric="DPPL", value=value, low=value - 0.1, high=value + 0.1, n=200,
    )  # fmt: skip
    other = replace(finding, monitor=Monitor.DATA)
    found = Watched(window, 1, "d" * 64, Intake(200, 200), (finding, other))
    ports.reports.put("watch", end, {FILE: encode_watched(found)})


def test_fairness_is_that_of_the_newest_window_since_the_pilot_began(pilot, clock):
    watched(pilot, clock.instant - 30 * HOUR, 0.5)
    assert report(pilot).fairness.figures == ()
    watched(pilot, clock.instant - 3 * HOUR, 0.2)
    watched(pilot, clock.instant - 2 * HOUR, 0.3)
    pilot.reports.put("watch", clock.instant - HOUR, {FILE: b"{torn"})
    (group,) = report(pilot).fairness.figures
    assert (group.of, group.name, group.value, group.n) == ("Gender = Female", "DPPL", 0.3, 200)


def decided(ports: Ports, at) -> None:
    token = ports.features.newest().get_column("token").item(0)
    ports.decisions.add(
        Decision(str(at), token, ActionKind.MENTORING, "Asked for a mentor.", "lee", at)
    )


def test_what_was_before_and_after_the_pilot_is_not_its_own(pilot, clock):
    decided(pilot, clock.instant - 25 * HOUR)
    decided(pilot, clock.instant - 2 * HOUR)
    end_pilot(reason="It went well.", by="ana", control=pilot.control, clock=clock)
    clock.instant += 30 * DAY
    decided(pilot, clock.instant)
    found = report(pilot)
    assert found.decided == 1
    assert found.until == clock.instant - 30 * DAY
    assert sum(week.decisions for week in found.weeks) == 1


def test_there_is_no_report_before_there_was_a_pilot(ports):
    with pytest.raises(NoPilot):
        report(ports)
