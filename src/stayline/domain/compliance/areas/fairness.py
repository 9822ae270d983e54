"""FAIR: groups of people are treated alike by scores and by those who act on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from stayline.domain.compliance.areas.fairness_records import (
    AGE,
    FLAGGED,
    JUSTIFICATION,
    NOT_FLAGGED,
    SCORED_HIGH,
    FairnessEvidence,
    GroupQuality,
    GroupRatio,
)
from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.read_purposes import ReadPurpose


@dataclass(frozen=True, slots=True)
class FairnessParameters:
    """``[controls.fairness]``: a ratio below ``four_fifths`` fails once chance does not explain it.

    ``reading`` is what counts as selected in the ratios that may fail; all others are reported.
    Groups of fewer people than ``fewest`` are shown and not judged.
    """

    reading: str = NOT_FLAGGED
    four_fifths: float = 0.8
    significance: float = 0.05
    fewest: int = 30
    most_unknown: float = 0.2
    recall_gap: float = 0.2
    fewest_positives: int = 20
    proxy_auc: float = 0.8
    read_purposes: tuple[str, ...] = tuple(ReadPurpose)


def groups_are_selected_alike(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-01: sex, race and both crossed; too many of unknown group is no evidence."""
    hidden = [
        one
        for one in evidence.unknown
        if one.facet != AGE and one.unknown > parameters.most_unknown * one.n
    ]
    if hidden:
        shares = ", ".join(f"{one.unknown / one.n:.0%} of {one.facet}" for one in hidden)
        return no_evidence(f"Too much is unknown to judge: {shares}.")
    rows = [one for one in evidence.ratios if one.facet != AGE]
    verdict = _judged_ratios(rows, parameters.reading, parameters)
    if any("race" in one.facet for one in rows):
        return verdict
    untold = "The data hold no race or ethnicity, so nothing is told of these groups."
    return replace(verdict, warnings=(*verdict.warnings, untold))


def ages_are_selected_alike(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-02: 40 and over against under 40, told beside how many of each left."""
    rows = [one for one in evidence.ratios if one.facet == AGE]
    verdict = _judged_ratios(rows, parameters.reading, parameters)
    left = {
        f"left_share {one.category}": round(one.left_share, 4)
        for one in rows
        if one.reading == parameters.reading and one.left_share is not None
    }
    return _with_counts(verdict, left)


def scores_are_as_good_for_each_group(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-03: who left is found as often in each group; few who left is no evidence."""
    seen = [
        one
        for one in evidence.quality
        if one.positives >= parameters.fewest_positives and one.recall is not None
    ]
    few = [one for one in evidence.quality if one not in seen]
    if few or not seen:
        return no_evidence(
            f"Insufficient data: fewer than {parameters.fewest_positives} people left in "
            f"{', '.join(f'{one.facet} {one.category}' for one in few) or 'any group'}.",
            {"groups": len(evidence.quality), "groups_too_small": len(few)},
        )
    behind = [name for _, rows in _by_facet(seen) for name in _behind(rows, parameters)]
    return judged_by(
        behind,
        looked_at=len(seen),
        right=f"Recall differs by {parameters.recall_gap:g} at most, or not beyond chance.",
        wrong="People who left are found clearly less often in a group.",
        nothing="",
    )


def groups_score_alike(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-04: the scoring rate, the share above the median of all."""
    return _judged_ratios(evidence.ratios, SCORED_HIGH, parameters)


def help_is_offered_alike(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-05: among people who were flagged, who was offered help."""
    return _judged_ratios(evidence.help_given, FLAGGED, parameters)


def the_model_takes_nothing_barred(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-06: no barred input, a signed justification for age and the like, proxies tested."""
    if not evidence.inputs:
        return no_evidence("No model is deployed.")
    if not evidence.proxies:
        return no_evidence("No test of what the inputs tell of protected attributes is on file.")
    signed = {
        one.subject.removeprefix(JUSTIFICATION)
        for one in evidence.justifications
        if one.signed_by and (one.expires_on is None or window.until.date() < one.expires_on)
    }
    wrong = [
        one.name
        for one in evidence.inputs
        if one.is_barred or (one.kind and one.name not in signed)
    ]
    strong = [one for one in evidence.proxies if one.auc > parameters.proxy_auc]
    return judged_by(
        wrong,
        looked_at=len(evidence.inputs),
        right="The model takes nothing barred, and what is sensitive is justified.",
        wrong="The model takes inputs that are barred or lack a signed justification.",
        nothing="",
        counts={"proxies_tested": len(evidence.proxies), "strong_proxies": len(strong)},
        warnings=[f"The inputs tell {one.attribute} with AUC {one.auc:.2f}." for one in strong],
    )


def protected_attributes_stay_apart(
    evidence: FairnessEvidence, window: Window, parameters: FairnessParameters
) -> Verdict:
    """FAIR-07: read for audits only, and never in a row that the model is given."""
    foreign = [one.actor for one in evidence.reads if one.purpose not in parameters.read_purposes]
    return judged_by(
        [*foreign, *evidence.served_protected],
        looked_at=len(evidence.reads),
        right="Protected attributes were read for audits only, and are in no row that is scored.",
        wrong="Protected attributes were read for something else, or are in rows that are scored.",
        nothing="No read of protected attributes is on record, so no audit of groups was made.",
        counts={"reads": len(evidence.reads)},
    )


def _judged_ratios(
    rows: Iterable[GroupRatio], reading: str, parameters: FairnessParameters
) -> Verdict:
    told = [one for one in rows if one.reading == reading]
    judged = [
        one
        for one in told
        if one.ratio is not None and not one.excluded_because and one.n >= parameters.fewest
    ]
    low = [one for one in told if one.ratio is not None and one.ratio < parameters.four_fifths]
    clear = [one for one in low if one in judged and _is_clear(one, parameters)]
    unclear = [one for one in low if one not in clear]
    return judged_by(
        [f"{one.facet} {one.category}" for one in clear],
        looked_at=len(judged),
        right=f"No ratio is clearly below {parameters.four_fifths:g}.",
        wrong=f"A ratio is below {parameters.four_fifths:g}, more than chance explains.",
        nothing=f"No group of {parameters.fewest} people or more can be compared with another.",
        counts={
            "people": sum(one.n for one in told),
            "lowest_ratio": round(min((one.ratio or 0 for one in judged), default=0), 4),
            "below_by_chance_or_small": len(unclear),
        },
        warnings=[
            f"{one.facet} {one.category}: ratio {one.ratio:.2f} of {one.n}, not beyond chance."
            for one in unclear
        ],
    )


def _is_clear(one: GroupRatio, parameters: FairnessParameters) -> bool:
    is_beyond = one.high is not None and one.high < parameters.four_fifths
    is_unlikely = one.p_value is not None and one.p_value < parameters.significance
    return is_beyond or is_unlikely


def _by_facet(rows: Sequence[GroupQuality]) -> Iterable[tuple[str, list[GroupQuality]]]:
    ordered = sorted(rows, key=lambda one: one.facet)
    return [(name, list(some)) for name, some in groupby(ordered, key=lambda one: one.facet)]


def _behind(rows: Sequence[GroupQuality], parameters: FairnessParameters) -> list[str]:
    """Return groups whose recall is below the best one's by more than the gap and chance."""
    best = max(rows, key=lambda one: one.recall or 0)
    return [
        f"{one.facet} {one.category}"
        for one in rows
        if (best.recall or 0) - (one.recall or 0) > parameters.recall_gap
        and (one.recall_high or 0) < (best.recall_low or 0)
    ]


def _with_counts(verdict: Verdict, counts: dict[str, float]) -> Verdict:
    return replace(verdict, counts={**verdict.counts, **counts})


CONTROLS: tuple[Control[FairnessEvidence, FairnessParameters], ...] = (
    Control(
        "FAIR-01",
        "Sex, race and both crossed: no impact ratio is clearly below four fifths.",
        ("us-1607", "nyc-144", "us-title7"),
        True,
        ("ratios", "unknown"),
        ("reading", "four_fifths", "significance", "fewest", "most_unknown"),
        groups_are_selected_alike,
    ),
    Control(
        "FAIR-02",
        "People of 40 and over: no impact ratio clearly below four fifths.",
        ("us-adea",),
        True,
        ("ratios",),
        ("reading", "four_fifths", "significance", "fewest"),
        ages_are_selected_alike,
    ),
    Control(
        "FAIR-03",
        "Scores are about as good for each group; too few who left is no evidence.",
        ("aia-10", "aia-13", OWN),
        True,
        ("quality",),
        ("recall_gap", "fewest_positives"),
        scores_are_as_good_for_each_group,
    ),
    Control(
        "FAIR-04",
        "The share scored above the median is about the same in each group.",
        ("nyc-144",),
        False,
        ("ratios",),
        ("four_fifths", "significance", "fewest"),
        groups_score_alike,
    ),
    Control(
        "FAIR-05",
        "Among people who were flagged, help is offered to each group about as often.",
        ("us-title7",),
        False,
        ("help_given",),
        ("four_fifths", "significance", "fewest"),
        help_is_offered_alike,
    ),
    Control(
        "FAIR-06",
        "The model takes nothing barred; age and the like are justified; proxies are tested.",
        ("us-il", "us-ada", "gdpr-9", "us-adea"),
        True,
        ("inputs", "proxies", "justifications"),
        ("proxy_auc",),
        the_model_takes_nothing_barred,
    ),
    Control(
        "FAIR-07",
        "Protected attributes live apart and are read for audits only.",
        ("aia-4", "us-1607"),
        True,
        ("reads", "inputs", "served_protected"),
        ("read_purposes",),
        protected_attributes_stay_apart,
    ),
)
