"""Every adapter of `ScoringControl` keeps what its docstring promises."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.rollout_scope import EVERYONE, NOBODY, RolloutScope
from stayline.domain.scoring_rules import Rule, RuleChange, ScoringState
from stayline.errors import ScoringStopped
from stayline.ports.scoring_control import FRESH_S, ScoringControl
from stores import HOUR, NOON, Backend, SetClock

STOP = RuleChange(Rule.STOP, True, NOON, "ana", "It scores the wrong people.")
RESUME = replace(STOP, is_in_force=False, at=NOON + HOUR, by="bo", reason="That was mended.")
SALES = RolloutScope((("Department", ("Sales", "Research & Development")),))
PILOT = RuleChange(Rule.PILOT, True, NOON, "ana", "As agreed.", SALES)


def change(control: ScoringControl, changed: RuleChange) -> bool:
    event = AuditEvent(AuditEventKind.SCORING_STOPPED, changed.by, "scoring", changed.at, {})
    return control.change(changed, event)


@pytest.fixture
def opened(backend: Backend) -> Callable[[], ScoringControl]:
    return lambda: backend.control(SetClock(NOON))


def test_everybody_may_be_scored_until_somebody_says_otherwise(opened) -> None:
    assert opened().scope() == EVERYONE
    assert opened().state() == ScoringState()
    assert opened().history() == []


def test_a_stop_holds_until_it_is_ended_also_after_reopening(opened) -> None:
    assert change(opened(), STOP)
    with pytest.raises(ScoringStopped):
        opened().scope()
    assert opened().state().stop == STOP
    assert change(opened(), RESUME)
    assert opened().scope() == EVERYONE
    assert opened().history() == [STOP, RESUME]


def test_an_open_adapter_learns_of_a_change_by_another_within_its_promise(opened) -> None:
    mine, other = opened(), opened()
    assert mine.scope() == EVERYONE
    change(other, STOP)
    time.sleep(FRESH_S)
    with pytest.raises(ScoringStopped):
        mine.scope()


def test_who_makes_a_change_goes_by_it_at_once(opened) -> None:
    control = opened()
    control.scope()
    change(control, STOP)
    with pytest.raises(ScoringStopped):
        control.scope()


def test_a_second_stop_or_end_changes_nothing_and_is_not_audited(opened, backend) -> None:
    assert not change(opened(), RESUME)
    assert change(opened(), STOP)
    assert not change(opened(), replace(STOP, by="bo"))
    assert opened().history() == [STOP]
    assert len(backend.audit().events()) == 1
    assert backend.audit().problems() == []


def test_a_new_scope_replaces_the_one_before_and_an_end_lets_everybody_in(opened) -> None:
    change(opened(), PILOT)
    assert opened().scope() == SALES
    support = replace(PILOT, scope=RolloutScope((("Department", ("Support",)),)))
    assert change(opened(), support)
    assert opened().scope() == support.scope
    assert change(opened(), replace(PILOT, is_in_force=False, scope=EVERYONE))
    assert opened().scope() == EVERYONE


def test_nobody_is_in_scope_from_the_end_of_what_was_agreed(backend) -> None:
    change(backend.control(SetClock(NOON)), replace(PILOT, until=NOON + HOUR))
    assert backend.control(SetClock(NOON)).scope() == SALES
    assert backend.control(SetClock(NOON + HOUR)).scope() == NOBODY


def test_asking_costs_next_to_nothing(opened) -> None:
    control = opened()
    control.scope()
    began = time.process_time()
    for _ in range(20_000):
        control.scope()
    assert (time.process_time() - began) / 20_000 < 2e-6


def test_a_whole_store_has_no_problems(opened) -> None:
    change(opened(), PILOT)
    assert opened().problems() == []
