"""How often each person overrides a high score: never or always means that nobody looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from stayline.domain.alert_policy import Band
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.oversight import OversightPolicy

LEVEL = 0.95
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
OVERRIDES = (ActionKind.NO_ACTION, ActionKind.SCORE_DISPUTED)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of ``n`` with Wilson's interval at 95 %; None of nothing."""

    count: int
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OverrideRate:
    """One decider (a subject): how many decisions, and what came of high scores.

    ``no_action`` and ``disputed`` are the two kinds of override, ``overrides`` either of them, each
    among decisions on a high score. ``is_extreme`` asks for a review.
    """

    decided_by: str
    decisions: int
    no_action: Rate
    disputed: Rate
    overrides: Rate
    is_extreme: bool


def rate_of(count: int, n: int) -> Rate:
    """Return a share with its interval.

    >>> rate_of(0, 0).value is None, round(rate_of(0, 20).high, 3), rate_of(0, 20).low
    (True, 0.161, 0.0)
    """
    if n == 0:
        return Rate(count, n, None, None, None)
    share, square = count / n, _Z**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = _Z * sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    low = 0.0 if count == 0 else max(0.0, middle - reach)
    high = 1.0 if count == n else min(1.0, middle + reach)
    return Rate(count, n, share, low, high)


def override_rates(decisions: Sequence[Decision], policy: OversightPolicy) -> list[OverrideRate]:
    """Return the rates of everybody who decided, by subject."""
    subjects = sorted({decision.decided_by for decision in decisions})
    return [
        overrides_of(subject, [one for one in decisions if one.decided_by == subject], policy)
        for subject in subjects
    ]


def overrides_of(
    subject: str, decisions: Sequence[Decision], policy: OversightPolicy
) -> OverrideRate:
    """Return the rates of some decisions, taken as one person's."""
    flagged = [one.action for one in decisions if one.seen_band == Band.HIGH.value]
    overrides = rate_of(sum(action in OVERRIDES for action in flagged), len(flagged))
    edge = policy.extreme_share
    is_extreme = (
        overrides.value is not None
        and overrides.n >= policy.least_for_review
        and not edge < overrides.value < 1 - edge
    )
    return OverrideRate(
        decided_by=subject,
        decisions=len(decisions),
        no_action=rate_of(flagged.count(ActionKind.NO_ACTION), len(flagged)),
        disputed=rate_of(flagged.count(ActionKind.SCORE_DISPUTED), len(flagged)),
        overrides=overrides,
        is_extreme=is_extreme,
    )
