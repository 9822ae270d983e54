"""Human actions on a score: help only, each with a reason in a person's own words."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import DecisionRefused

MINIMUM_REASON = 20
_MINIMUM_DISTINCT_WORDS = 4
_WORDS_BESIDE_A_TEMPLATE = 2
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
        "not applicable none given",
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

    @property
    def is_treatment(self) -> bool:
        """Whether something was done that may keep the person from leaving."""
        return self not in (ActionKind.NO_ACTION, ActionKind.SCORE_DISPUTED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a score, and why.

    ``decided_by`` is the subject that signed in. ``viewed_at`` is when that person had seen score
    and reasons, ``seen_band`` the band of that score; ``is_trained`` whether training was valid
    then. All three are None where it was not asked. ``is_bulk`` marks one of many in a short time.
    """

    decision_id: str
    token: EmployeeToken
    action: ActionKind
    reason: str
    decided_by: str
    decided_at: datetime
    prediction_id: str | None = None
    viewed_at: datetime | None = None
    seen_band: str | None = None
    is_bulk: bool = False
    is_trained: bool | None = None


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
    said = _words(tidy)
    if len(said) < _MINIMUM_DISTINCT_WORDS or any(_is_nearly(said, known) for known in _TEMPLATES):
        raise DecisionRefused(
            path,
            "The reason reads like a template. Say in your own words what speaks for this action.",
        )
    return tidy


def _words(text: str) -> set[str]:
    """Return the different words, without digits and without words of one repeated letter."""
    return {word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(set(word)) > 1}


def _is_nearly(said: set[str], template: str) -> bool:
    known = _words(template)
    return known <= said and len(said - known) <= _WORDS_BESIDE_A_TEMPLATE
