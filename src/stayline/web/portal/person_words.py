"""A person's score in the words of the page: actions, steps, ages, and what is left unsaid."""

from collections.abc import Sequence
from datetime import timedelta

from stayline.domain.column_words import column_in_words
from stayline.domain.decisions import ActionKind
from stayline.domain.risk_score import Reason

MAIN_REASONS = 6
_HARDLY = 0.0005
ACTIONS = {
    ActionKind.STAY_CONVERSATION: "A conversation about staying",
    ActionKind.CAREER_PLAN: "A career plan",
    ActionKind.TRAINING_OFFER: "An offer of training",
    ActionKind.MENTORING: "Mentoring",
    ActionKind.WORKLOAD_REVIEW: "A review of the workload",
    ActionKind.FLEXIBLE_WORK: "Flexible work",
    ActionKind.PAY_REVIEW: "A review of the pay",
    ActionKind.RECOGNITION: "Recognition",
    ActionKind.ROLE_CHANGE_OFFER: "An offer of another role",
    ActionKind.NO_ACTION: "No action",
    ActionKind.SCORE_DISPUTED: "The score is wrong about this person",
}
NOT_FOR = (
    "A decision on its own. A person decides, and writes down why.",
    "Dismissal, pay cuts, promotion, appraisal, or who gets which work.",
    "Telling what somebody intends, how well they work, or who they are.",
    "Passing on: it is for you and this person's own good, not for lists, mails or files.",
)


def choices() -> list[tuple[str, str]]:
    """Return the allowed actions for a field to choose from; nothing is chosen beforehand."""
    return [
        ("", "Choose what you decided"),
        *((kind.value, said) for kind, said in ACTIONS.items()),
    ]


def in_steps(reasons: Sequence[Reason]) -> list[tuple[str, float]]:
    """Return the strongest reasons, and all others as one step, so that all of it adds up.

    >>> [name for name, _ in in_steps([Reason("BasePay", 1.0, 0.1, "")])]
    ['Base pay']
    """
    main, others = reasons[:MAIN_REASONS], reasons[MAIN_REASONS:]
    found = [(column_in_words(reason.feature), reason.contribution) for reason in main]
    if others:
        found.append((f"{len(others)} others", sum(one.contribution for one in others)))
    return found


def main_reasons(reasons: Sequence[Reason]) -> list[Reason]:
    """Return what moved the risk most, the strongest first."""
    return [one for one in reasons[:MAIN_REASONS] if not is_hardly(one.contribution)]


def is_hardly(change: float) -> bool:
    """Whether a change is too small to be told in points."""
    return abs(change) < _HARDLY


def age_in_words(age: timedelta) -> str:
    """Return how long ago something was, as far as it matters.

    >>> age_in_words(timedelta(seconds=20)), age_in_words(timedelta(hours=26))
    ('just now', '26 hours ago')
    """
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for unit, size, least in (("day", 1440, 2880), ("hour", 60, 120), ("minute", 1, 0)):
        if minutes >= least:
            number = minutes // size
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"


def risk_in_words(risk: float) -> str:
    """Return a risk rounded for people.

    >>> risk_in_words(0.3412), risk_in_words(0.034), risk_in_words(0.0004)
    ('34%', '3.4%', 'under 0.1%')
    """
    if risk < 0.001:
        return "under 0.1%"
    return f"{risk:.0%}" if risk >= 0.1 else f"{risk:.1%}"
