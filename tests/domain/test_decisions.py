import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.decisions import ActionKind, checked_action, checked_reason
from stayline.errors import DecisionRefused


@pytest.mark.parametrize("action", ActionKind)
def test_every_allowed_action_is_taken_by_its_name(action):
    assert checked_action(action.value) is action


@pytest.mark.parametrize(
    "action", ["dismissal", "demotion", "pay_cut", "", "STAY_CONVERSATION", "stay_conversation "]
)
def test_any_other_action_is_refused_with_what_is_allowed(action):
    with pytest.raises(DecisionRefused, match="pay_review") as refused:
        checked_action(action)
    assert refused.value.path == "action"


def test_no_allowed_action_can_harm():
    harm = ("dismiss", "terminat", "demot", "cut", "warn", "monitor", "deny", "block", "replace")
    assert not [action for action in ActionKind if any(word in action for word in harm)]


@pytest.mark.parametrize(
    "reason",
    [
        "Asked for fewer night shifts since the move.",
        "Möchte näher am Wohnort arbeiten, seit Mai",
        "Wants to lead the new team.",
    ],
)
def test_a_reason_in_ones_own_words_is_kept(reason):
    assert checked_reason(reason) == reason


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "has 0 characters"),
        ("Wants a raise soon.", "has 19 characters"),
        ("a" + " " * 50 + "b", "has 3 characters"),
        ("This is the reason for my decision!", "template"),
        ("  THE EMPLOYEE has a high-risk score. ", "template"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "template"),
        ("risk risk risk risk risk risk", "template"),
        ("....................... !!", "template"),
        ("the employee has a high risk score today", "template"),
        ("test test1 test2 test3 test4", "template"),
        ("aaaa bbbb cccc dddd eeee", "template"),
        ("n/a n/a not applicable none given", "template"),
    ],
)
def test_a_reason_that_says_nothing_is_refused(reason, problem):
    with pytest.raises(DecisionRefused, match=problem) as refused:
        checked_reason(reason, "decision.reason")
    assert refused.value.path == "decision.reason"


@given(st.text(max_size=120))
def test_a_reason_is_taken_tidied_or_refused_and_never_changed_otherwise(reason):
    try:
        tidy = checked_reason(reason)
    except DecisionRefused:
        return
    assert tidy.split() == reason.split()
    assert checked_reason(tidy) == tidy
