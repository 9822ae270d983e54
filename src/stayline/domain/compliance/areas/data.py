"""DATA: what scores rest on is of its time, in order, needed, and like what was learned from."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.accountability import FeaturePurpose


@dataclass(frozen=True, slots=True)
class DataParameters:
    """``[controls.data]``: shares of 1, hours, and the population stability index.

    Of fewer scored people than ``fewest`` no shift is judged: chance alone moves their shares.
    """

    most_missing: float = 0.2
    most_invalid: float = 0.01
    most_age_hours: float = 48
    most_shift: float = 0.25
    notable_shift: float = 0.1
    fewest: int = 200
    sample: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact that a sampled prediction or training row rests on, and the instant it was for."""

    used_by: str
    happened_at: datetime
    written_at: datetime
    cut_off: datetime


@dataclass(frozen=True, slots=True)
class FeatureState:
    """One feature's shares of missing and invalid values, and the hours since its last facts."""

    name: str
    n: int
    missing: float
    invalid: float
    age_hours: float | None


@dataclass(frozen=True, slots=True)
class PopulationShift:
    """How unlike the people scored are to those learned from, by one attribute."""

    name: str
    n: int
    stability_index: float
    unseen: int


@dataclass(frozen=True, slots=True)
class DataEvidence:
    """``used`` are the inputs of approved models, ``collected`` all features of the schema."""

    facts: tuple[FactUsed, ...] = ()
    features: tuple[FeatureState, ...] = ()
    collected: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    purposes: tuple[FeaturePurpose, ...] = ()
    shifts: tuple[PopulationShift, ...] = ()


def nothing_comes_from_the_future(
    evidence: DataEvidence, window: Window, parameters: DataParameters
) -> Verdict:
    """DATA-01: no fact happened, or was written, after the instant it was used for."""
    late = [
        one.used_by
        for one in evidence.facts
        if one.happened_at > one.cut_off or one.written_at > one.cut_off
    ]
    return judged_by(
        late,
        looked_at=len(evidence.facts),
        right="Every sampled score and training row rests on what was known then.",
        wrong="Facts were used that happened, or were written, only later.",
        nothing="There was nothing to replay.",
    )


def features_are_in_order(
    evidence: DataEvidence, window: Window, parameters: DataParameters
) -> Verdict:
    """DATA-02: completeness, validity and freshness of each feature."""
    wrong = [one.name for one in evidence.features if not _is_in_order(one, parameters)]
    return judged_by(
        wrong,
        looked_at=len(evidence.features),
        right="Every feature is complete, valid and fresh within its limits.",
        wrong="Features miss too much, hold invalid values, or are not fresh.",
        nothing="No report on the quality of data is on the shelf.",
        counts={"rows": max((one.n for one in evidence.features), default=0)},
    )


def every_feature_has_a_purpose(
    evidence: DataEvidence, window: Window, parameters: DataParameters
) -> Verdict:
    """DATA-03: purpose, basis and owner; what no approved model uses is told, to be removed."""
    if not evidence.purposes:
        return no_evidence("Why features are collected is not on record.")
    stated = {
        one.subject
        for one in evidence.purposes
        if one.purpose.strip() and one.basis.strip() and one.owner.strip()
    }
    unused = sorted(set(evidence.collected) - set(evidence.used))
    return judged_by(
        [name for name in evidence.collected if name not in stated],
        looked_at=len(evidence.collected),
        right="Every collected feature has a purpose, a basis and an owner.",
        wrong="Features are collected without a stated purpose, basis and owner.",
        nothing="No feature is collected.",
        counts={"unused": len(unused)},
        warnings=[f"No approved model uses {name}; consider leaving it out." for name in unused],
    )


def people_are_those_the_model_learned_from(
    evidence: DataEvidence, window: Window, parameters: DataParameters
) -> Verdict:
    """DATA-04: shares of groups and departments, and categories never seen in training."""
    judged = [one for one in evidence.shifts if one.n >= parameters.fewest]
    if evidence.shifts and not judged:
        return no_evidence(
            f"Fewer than {parameters.fewest} people were scored: chance alone moves their shares.",
            {"people": max(one.n for one in evidence.shifts)},
        )
    shifted = [one.name for one in judged if one.stability_index > parameters.most_shift]
    notable = [
        one
        for one in judged
        if parameters.notable_shift < one.stability_index <= parameters.most_shift
    ]
    return judged_by(
        shifted,
        looked_at=len(judged),
        right="The people scored are like those the model learned from.",
        wrong="The people scored are unlike those the model learned from.",
        nothing="No report compares the two.",
        counts={"unseen_categories": sum(one.unseen for one in judged)},
        warnings=[
            *(f"{one.name} has shifted, by {one.stability_index:.2f}." for one in notable),
            *(
                f"{one.name} has {one.unseen} categories that training had not."
                for one in judged
                if one.unseen
            ),
        ],
    )


def _is_in_order(feature: FeatureState, parameters: DataParameters) -> bool:
    return (
        feature.missing <= parameters.most_missing
        and feature.invalid <= parameters.most_invalid
        and feature.age_hours is not None
        and feature.age_hours <= parameters.most_age_hours
    )


CONTROLS: tuple[Control[DataEvidence, DataParameters], ...] = (
    Control(
        "DATA-01",
        "No score or training row rests on what happened or was written after its time.",
        ("aia-10", "aia-26", OWN),
        True,
        ("facts",),
        ("sample", "seed"),
        nothing_comes_from_the_future,
    ),
    Control(
        "DATA-02",
        "Each feature is complete, valid and fresh within limits.",
        ("dpdp-8", "gdpr-5"),
        True,
        ("features",),
        ("most_missing", "most_invalid", "most_age_hours"),
        features_are_in_order,
    ),
    Control(
        "DATA-03",
        "Each collected feature has a purpose, a basis, an owner and a use.",
        ("gdpr-5", "gdpr-25"),
        False,
        ("collected", "used", "purposes"),
        (),
        every_feature_has_a_purpose,
    ),
    Control(
        "DATA-04",
        "The people scored are like those the model learned from.",
        ("aia-10", "aia-26", OWN),
        False,
        ("shifts",),
        ("most_shift", "notable_shift", "fewest"),
        people_are_those_the_model_learned_from,
    ),
)
