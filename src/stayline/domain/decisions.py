"""Human actions on a score: help only, each with a reason in a person's own words."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import DecisionRefused

MINIMUM_REASON = 20
_MINIMUM_DISTINCT_WORDS = 4
_TEMPLATES = frozenset(
    {
        "action taken as discussed with the manager",
        "as discussed with the employee manager",
        "as per company policy and guidelines",
        "as per the recommendation of the model",
        "because the model said so",
        "following the recommendation of the system",
        "high attrition risk action required",
        "lorem ipsum dolor sit amet",
        "no reason given at this time",
        "please enter the reason for this action here",
        "reason for the decision goes here",
        "see attached notes for details",
        "the employee has a high risk score",
        "the quick brown fox jumps over the lazy dog",
        "this is a reason for the action",
        "this is the reason for my decision",
    }
)


class ActionKind(StrEnum):
    """What a score may lead to. Nothing here can harm the person it concerns."""

    STAY_CONVERSATION = "stay_conversation"
    CAREER_PLAN = "career_plan"
    TRAINING_OFFER = "training_offer"
    MENTORING = "mentoring"
    WORKLOAD_REVIEW = "workload_review"
    FLEXIBLE_WORK = "flexible_work"
    PAY_REVIEW = "pay_review"
    RECOGNITION = "recognition"
    ROLE_CHANGE_OFFER = "role_change_offer"
    NO_ACTION = "no_action"
    SCORE_DISPUTED = "score_disputed"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person decided about a score, and why."""

    decision_id: str
    token: EmployeeToken
    action: ActionKind
    reason: str
    decided_by: str
    decided_at: datetime
    prediction_id: str | None = None


def checked_action(action: str) -> ActionKind:
    """Return the action, or raise `DecisionRefused` listing what is allowed."""
    try:
        return ActionKind(action)
    except ValueError:
        allowed = ", ".join(ActionKind)
        raise DecisionRefused(
            "action", f"{action!r} is not an allowed action. Allowed, all of them help: {allowed}."
        ) from None


def checked_reason(reason: str, path: str = "reason") -> str:
    """Return the reason with white space tidied, or raise `DecisionRefused` saying what it lacks.

    >>> checked_reason("Asked for  fewer night shifts since the move.")
    'Asked for fewer night shifts since the move.'
    """
    tidy = " ".join(reason.split())
    if len(tidy) < MINIMUM_REASON:
        raise DecisionRefused(
            path,
            f"The reason has {len(tidy)} characters; at least {MINIMUM_REASON} are needed. "
            "Say in your own words what speaks for this action.",
        )
    words = re.findall(r"[^\W_]+", tidy.lower())
    if " ".join(words) in _TEMPLATES or len(set(words)) < _MINIMUM_DISTINCT_WORDS:
        raise DecisionRefused(
            path,
            "The reason reads like a template. Say in your own words what speaks for this action.",
        )
    return tidy
