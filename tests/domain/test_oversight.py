from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.override_rates import override_rates, rate_of
from stayline.domain.oversight import (
    OversightPolicy,
    bulks,
    check_own_words,
    is_bulk,
    likeness,
    view_before,
    words_of_reason,
)
from stayline.errors import DecisionRefused
from stores import ANA, BO, NOON

POLICY = OversightPolicy()
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
REASON = "Worked eleven weekends since June, asked for help."
DECISION = Decision("d-1", ANA, ActionKind.WORKLOAD_REVIEW, REASON, "lee", NOON, seen_band="high")


def viewed(before: timedelta, actor: str = "lee", **shown: object) -> AuditEvent:
    details = {"shown_score": True, "shown_reasons": True, "band": "high"} | shown
    return AuditEvent(AuditEventKind.EMPLOYEE_VIEWED, actor, ANA, NOON - before, details)


def seen(*events: AuditEvent):
    return view_before(events, "lee", at=NOON, policy=POLICY)


def test_a_decision_rests_on_the_newest_view_that_was_early_enough():
    view = seen(viewed(3 * DAY), viewed(60 * SECOND, band="low"), viewed(SECOND))
    assert (view.at, view.band) == (NOON - 60 * SECOND, "low")


@pytest.mark.parametrize("before", [5 * SECOND, 30 * DAY])
def test_the_edges_of_the_time_to_look_count(before):
    assert seen(viewed(before)).at == NOON - before


@pytest.mark.parametrize(
    "event",
    [
        viewed(4.999 * SECOND),
        viewed(30 * DAY + SECOND),
        viewed(-SECOND),
        viewed(60 * SECOND, actor="LEE"),
        viewed(60 * SECOND, shown_score=False),
        viewed(60 * SECOND, shown_reasons=False),
        viewed(60 * SECOND, shown_reasons="yes"),
        replace(viewed(60 * SECOND), kind=AuditEventKind.EMPLOYEE_SCORED),
        AuditEvent(AuditEventKind.EMPLOYEE_VIEWED, "lee", ANA, NOON - 60 * SECOND, {}),
    ],
)
def test_without_a_view_that_counts_no_decision(event):
    with pytest.raises(DecisionRefused):
        seen(event)


def test_who_is_only_hasty_is_told_to_read_first():
    with pytest.raises(DecisionRefused, match="less than 5 s ago"):
        seen(viewed(SECOND))


def check(reason: str, *earlier: Decision, token=BO, action=ActionKind.WORKLOAD_REVIEW) -> None:
    check_own_words(reason, earlier, token=token, action=action, policy=POLICY)


@pytest.mark.parametrize(
    "reason",
    [
        REASON,
        REASON.upper(),
        "worked  eleven weekends, since JUNE: asked for help 2!",
        "Worked eleven weekends since May, asked for help.",
        "Worked twelve weekends since June, asked for help.",
    ],
)
def test_a_reason_that_nearly_repeats_one_for_somebody_else_is_refused(reason):
    with pytest.raises(DecisionRefused, match="nearly the same reason for somebody else"):
        check(reason, DECISION)


def test_other_words_are_taken():
    check("Wants to lead the new team in Lyon by spring.", DECISION)


def test_the_same_person_may_get_another_action_for_the_same_reason_but_not_the_same_twice():
    check(REASON, DECISION, token=ANA, action=ActionKind.FLEXIBLE_WORK)
    with pytest.raises(DecisionRefused, match="for this very action"):
        check(REASON, DECISION, token=ANA)


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_share_that_is_one_for_the_same_words(some, others):
    one, two = words_of_reason(some), words_of_reason(others)
    assert 0 <= likeness(one, two) == likeness(two, one) <= 1
    assert likeness(one, one) == 1


def at(seconds: float, by: str = "lee", action=ActionKind.MENTORING, token=ANA) -> Decision:
    moment = NOON + timedelta(seconds=seconds)
    return replace(
        DECISION, decided_at=moment, decided_by=by, action=action, token=token,
        decision_id=f"{by}{seconds}",
    )  # fmt: skip


def test_many_decisions_of_one_person_in_minutes_are_one_bulk():
    quick = [at(second, token=BO if second % 20 else ANA) for second in range(0, 120, 10)]
    others = [at(second, by="bo") for second in range(0, 90, 10)]
    (found,) = bulks([*quick, *others, at(7200)], POLICY)
    assert (found.decided_by, found.decisions, found.people) == ("lee", 12, 2)
    assert (found.since, found.until) == (quick[0].decided_at, quick[-1].decided_at)
    assert found.same_action == "mentoring"


def test_the_tenth_decision_within_the_minutes_is_marked_and_the_ninth_is_not():
    earlier = [at(second) for second in range(9)]
    now = NOON + 60 * SECOND
    assert is_bulk(earlier, at=now, policy=POLICY)
    assert not is_bulk(earlier[1:], at=now, policy=POLICY)
    assert not is_bulk(earlier, at=NOON + 2 * DAY, policy=POLICY)


@given(st.lists(st.floats(0, 3600), max_size=40))
def test_a_bulk_is_never_of_fewer_than_the_policy_says(seconds):
    for found in bulks([at(one) for one in seconds], POLICY):
        assert found.decisions >= POLICY.bulk_decisions


def taken(count: int, action: ActionKind, band: str = "high") -> list[Decision]:
    return [replace(DECISION, action=action, seen_band=band) for _ in range(count)]


def test_rates_are_of_decisions_on_high_scores_only():
    decisions = [
        *taken(3, ActionKind.NO_ACTION), *taken(2, ActionKind.SCORE_DISPUTED),
        *taken(5, ActionKind.MENTORING), *taken(9, ActionKind.NO_ACTION, "low"),
    ]  # fmt: skip
    (rate,) = override_rates(decisions, POLICY)
    assert (rate.decisions, rate.overrides.count, rate.overrides.n) == (19, 5, 10)
    assert (rate.no_action.value, rate.disputed.value) == (0.3, 0.2)
    assert not rate.is_extreme


@pytest.mark.parametrize(
    ("overridden", "followed", "is_extreme"),
    [(0, 20, True), (20, 0, True), (0, 19, False), (2, 20, False), (1, 19, True), (0, 0, False)],
)
def test_never_or_always_on_enough_people_asks_for_a_review(overridden, followed, is_extreme):
    decisions = [
        *taken(overridden, ActionKind.NO_ACTION), *taken(followed, ActionKind.MENTORING),
        *taken(1, ActionKind.MENTORING, "low"),
    ]  # fmt: skip
    (rate,) = override_rates(decisions, POLICY)
    assert rate.is_extreme is is_extreme


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(count, others):
    rate = rate_of(count, count + others)
    if rate.n:
        assert 0 <= rate.low <= rate.value <= rate.high <= 1


def test_the_interval_is_wilsons():
    rate = rate_of(5, 10)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.2366, 0.7634)
