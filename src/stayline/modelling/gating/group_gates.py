"""Does the model work as well for each group of people, and whom does it select?"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from stayline.domain.gate_policy import (
    LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE,
    FourFifths,
    GatePolicy,
)
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.modelling.fairness.groups import GroupFigures

LOWEST_RATIO = 0.8
SMALLEST_SHARE = 0.02
"""A smaller group is left out of the four-fifths rule, whose ratio would be chance."""


NO_ATTRIBUTE = "protected attributes"
"""What the result names where none is known, so that a waiver can name it, too."""
MOST_UNKNOWN = 0.5
"""Where more of the rows have no known group, the others do not speak for all."""


def group_results(
    groups: Sequence[GroupFigures],
    policy: GatePolicy,
    unknown: Mapping[str, int] = {},
    n: int = 0,
) -> list[GateResult]:
    """Return the results on groups: enough positives, fairness and four fifths, facet by facet.

    People whose attribute is not known belong to no group; ``unknown`` counts such rows among
    ``n``, facet by facet, and where they are the most, that is told as too little evidence, beside
    what the known groups show. Nobody is judged by a group without people; a facet with one group
    has nobody to compare with and says so. In a facet of two groups one is the mirror of the other,
    so the smaller one speaks for both.
    """
    by_facet = sorted((group for group in groups if group.n), key=lambda g: (g.facet, g.group))
    results: list[GateResult] = []
    for facet, members in groupby(by_facet, key=lambda group: group.facet):
        results += _facet_results(facet, list(members), policy)
    is_any_judged = any(result.name is Gate.FAIRNESS and result.figures for result in results)
    if is_any_judged and not any(result.name is Gate.ENOUGH_POSITIVES for result in results):
        reason = f"At least {policy.fewest_positives} people of every group left."
        results.insert(0, GateResult(Gate.ENOUGH_POSITIVES, Verdict.PASS, reason))
    told = _mostly_unknown(unknown, n)
    facets = {result.subject for result in told}
    results = [r for r in results if r.name is not Gate.FAIRNESS or r.subject not in facets] + told
    if not results:
        reason = "No protected attribute is known, so nobody can tell how groups are treated."
        results.append(GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, reason, NO_ATTRIBUTE))
    return results


def _facet_results(facet: str, members: list[GroupFigures], policy: GatePolicy) -> list[GateResult]:
    if len(members) == 1:
        only = members[0]
        reason = (
            f"Everybody whose {facet} is known is of {only.group!r}: there is nobody to compare "
            "with."
        )
        return [GateResult(Gate.FAIRNESS, Verdict.PASS, reason, facet)]
    speaking = members
    if len(members) == 2:
        speaking = [min(members, key=lambda group: (group.people_who_left, group.n, group.group))]
    who_left = sum(group.people_who_left for group in members)
    compared = [_compared(group, who_left - group.people_who_left, policy) for group in speaking]
    return [*compared, *_selected(facet, members, policy)]


def _compared(group: GroupFigures, others: int, policy: GatePolicy) -> GateResult:
    """Judge the recall of a group by everybody else's.

    It fails when the nearer end of the interval is beyond the limit, is insufficient evidence when
    only the point is, and passes else, which is no proof that there is no difference.
    """
    found, limit = group.differences.get("recall"), policy.largest_recall_difference
    if min(group.people_who_left, others) < policy.fewest_positives or found is None:
        return _too_few(group, others, policy)
    beyond = abs(found.value) > limit
    nearer = found.low if found.value > 0 else -found.high
    verdict = Verdict.PASS
    if beyond:
        verdict = Verdict.FAIL if nearer > limit else Verdict.INSUFFICIENT
    added = {
        Verdict.FAIL: "The whole interval is beyond the limit.",
        Verdict.INSUFFICIENT: "The interval reaches over the limit, so that is not settled.",
        Verdict.PASS: "A difference beyond the limit is not excluded."
        if max(-found.low, found.high) > limit
        else "A difference beyond the limit is excluded.",
    }[verdict]
    return GateResult(
        Gate.FAIRNESS,
        verdict,
        f"Recall differs from everybody else's by {found.value:+.3f} ({found.low:+.3f} to "
        f"{found.high:+.3f}), n = {group.n:,} rows of {group.people:,} people, "
        f"{group.people_who_left:,} of whom left (of everybody else {others:,}); at most "
        f"{limit:g} either way is allowed{_because(policy)}. {added}",
        _subject(group),
        figures={
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "limit": limit,
            "n": group.n,
            "positives": group.positives,
            "people who left": group.people_who_left,
        },
    )


def _too_few(group: GroupFigures, others: int, policy: GatePolicy) -> GateResult:
    return GateResult(
        Gate.ENOUGH_POSITIVES,
        Verdict.INSUFFICIENT,
        f"{group.people_who_left:,} of {group.people:,} people of this group left, {others:,} of "
        f"everybody else; {policy.fewest_positives} on each side are needed to compare recall, so "
        "it was not judged.",
        _subject(group),
        figures={
            "n": group.n,
            "people who left": group.people_who_left,
            "people of everybody else who left": others,
            "limit": policy.fewest_positives,
        },
    )


def _mostly_unknown(unknown: Mapping[str, int], n: int) -> list[GateResult]:
    """Return a result for each facet of which most rows have no known group."""
    return [
        GateResult(
            Gate.FAIRNESS,
            Verdict.INSUFFICIENT,
            f"{count:,} of {n:,} rows have no known {facet}, so the others do not speak for all.",
            facet,
            figures={"unknown": count, "n": n, "limit": MOST_UNKNOWN},
        )
        for facet, count in sorted(unknown.items())
        if count > MOST_UNKNOWN * n
    ]


def _selected(facet: str, members: list[GroupFigures], policy: GatePolicy) -> list[GateResult]:
    """Judge selection rates by the four-fifths rule: each group's by that of the most selected.

    A ratio below 4/5 fails when the group is clearly selected less than everybody else, and is
    insufficient evidence otherwise. It warns, unless the policy lets it block.
    """
    rows = sum(group.n for group in members)
    large = [group for group in members if group.n >= SMALLEST_SHARE * rows]
    is_blocking = policy.four_fifths is FourFifths.BLOCK
    most = max(large, key=lambda group: group.flagged / group.n)
    if not most.flagged:
        reason = "Nobody is selected, so there is no ratio."
        return [GateResult(Gate.FOUR_FIFTHS, Verdict.PASS, reason, facet, is_blocking)]
    low = [
        _low_ratio(group, most, is_blocking)
        for group in large
        if 5 * group.flagged * most.n < 4 * most.flagged * group.n  # exact, unlike a ratio
    ]
    if low:
        return low
    ratio = min(_ratio(group, most) for group in large)
    left_out = len(members) - len(large)
    told = f" {left_out} of less than {SMALLEST_SHARE:.0%} were left out." if left_out else ""
    return [
        GateResult(
            Gate.FOUR_FIFTHS,
            Verdict.PASS,
            f"Every group is selected at least {ratio:.2f} times as often as {most.group!r} "
            f"({_flagged(most)}).{told}",
            facet,
            is_blocking,
            {"value": ratio, "limit": LOWEST_RATIO, "n": rows},
        )
    ]


def _low_ratio(group: GroupFigures, most: GroupFigures, is_blocking: bool) -> GateResult:
    ratio = _ratio(group, most)
    difference = group.differences.get("selection_rate")
    is_clear = difference is not None and difference.high < 0
    return GateResult(
        Gate.FOUR_FIFTHS,
        Verdict.FAIL if is_clear else Verdict.INSUFFICIENT,
        f"{_flagged(group)} are selected, {ratio:.2f} times as often as of {most.group!r} "
        f"({_flagged(most)}), which is below 4/5. "
        + ("That is clear beyond chance." if is_clear else "It may be chance."),
        _subject(group),
        is_blocking,
        {"value": ratio, "limit": LOWEST_RATIO, "n": group.n, "flagged": group.flagged},
    )


def _ratio(group: GroupFigures, most: GroupFigures) -> float:
    return (group.flagged / group.n) / (most.flagged / most.n)


def _flagged(group: GroupFigures) -> str:
    told = f"{group.flagged:,} of {group.n:,}"
    return told if group.people == group.n else f"{told} rows"


def _because(policy: GatePolicy) -> str:
    if policy.largest_recall_difference <= LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE:
        return ""
    return f", because: {policy.justification.rstrip('.')}"


def _subject(group: GroupFigures) -> str:
    return f"{group.facet} = {group.group}"
