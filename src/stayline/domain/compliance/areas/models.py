"""MOD: models are approved by a second person, honest about themselves, tried and watched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.compliance.areas.model_records import (
    DeclaredMetric,
    GateSeen,
    ModelEvidence,
    ServedVersion,
)
from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.model_package import RULE
from stayline.domain.second_person import same_person


@dataclass(frozen=True, slots=True)
class ModelParameters:
    """``[controls.models]``: ``aliases`` are names of one person each, as sets of names."""

    aliases: tuple[tuple[str, ...], ...] = ()
    metric_difference: float = 1e-9
    watched_within_days: float = 1.0
    acknowledged_within_days: float = 7.0


_NO_MODEL = "No model was deployed or answered in the window."


def a_second_person_approved(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Verdict:
    """MOD-01: by somebody else, whatever the spelling, before traffic, and the very same bytes."""
    own = [one for one in evidence.served if _is_own(one, parameters.aliases)]
    late = [one for one in evidence.served if _is_late(one)]
    other = [one for one in evidence.served if set(one.deployed_digests) - {one.digest}]
    altered = [one for one in evidence.served if not one.is_whole]
    by_rule = [one.version for one in evidence.served if one.approved_by == RULE]
    return judged_by(
        [f"version-{one.version}" for one in (*own, *late, *other, *altered)],
        looked_at=len(evidence.served),
        right="Each model was approved by another person, in time, as the bytes that serve.",
        wrong="Models were approved by whoever trained them, too late, or as other bytes.",
        nothing=_NO_MODEL,
        counts={
            "own_or_no_approval": len(own),
            "after_traffic": len(late),
            "other_bytes": len(other),
            "altered": len(altered),
        },
        warnings=[
            f"version-{version} was approved by a rule, by no person." for version in by_rule
        ],
    )


def declared_figures_are_true(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Verdict:
    """MOD-02: the registry's figures against the package's own; live quality within tolerance."""
    typed = [one for one in evidence.metrics if not _agrees(one, parameters.metric_difference)]
    worse = [one for one in evidence.live if one.has_failed]
    return judged_by(
        [f"version-{one.version} {one.name}" for one in typed]
        + [f"version-{one.version} {one.metric}, {one.until:%Y-%m-%d}" for one in worse],
        looked_at=len(evidence.metrics),
        right="Every declared figure is the computed one, and no live figure has failed.",
        wrong="Declared figures are not the computed ones, or live quality fell.",
        nothing="No model with declared figures was deployed or answered in the window.",
        counts={
            "figures_differ": len(typed),
            "live_figures": len(evidence.live),
            "live_figures_failed": len(worse),
        },
        warnings=[]
        if evidence.live
        else ["No label is known yet, so live quality cannot be told."],
    )


def gates_ran_on_the_artefact(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Verdict:
    """MOD-03: each package holds its gates; what did not pass has another person's waiver."""
    trainers = {one.version: one.trained_by for one in evidence.served}
    deployed = {one.version: one.deployed_at for one in evidence.served}
    without = set(trainers) - {gate.version for gate in evidence.gates}
    failed = [
        gate
        for gate in evidence.gates
        if gate.is_blocking
        and not gate.has_passed
        and not _is_waived(gate, trainers, deployed, parameters.aliases)
    ]
    return judged_by(
        [*(f"version-{version}" for version in without)]
        + [f"version-{gate.version} {gate.title}" for gate in failed],
        looked_at=len(evidence.gates),
        right="Every gate ran on the package, and passed or was waived by a second person.",
        wrong="Packages have no gates, or failed ones without a waiver that holds.",
        nothing=_NO_MODEL,
        counts={
            "without_gates": len(without),
            "not_passed": len(failed),
            "waived": sum(gate.waived_by is not None for gate in evidence.gates),
        },
    )


def monitors_ran_and_were_heeded(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Verdict:
    """MOD-04: no day unwatched, and every alarm acknowledged in time."""
    limit = timedelta(days=parameters.acknowledged_within_days)
    unheard = [
        one
        for one in evidence.alarms
        if (one.acknowledged_at or window.until) - one.rang_at > limit
    ]
    missed = list(_unwatched(evidence, window, parameters))
    return judged_by(
        [*missed, *(f"{one.alarm} at {one.rang_at:%Y-%m-%dT%H:%MZ}" for one in unheard)],
        looked_at=len(evidence.watched_days),
        right="Every day was watched, and every alarm was acknowledged in time.",
        wrong="Days were not watched, or alarms not acknowledged in time.",
        nothing="Nothing was watched in the window.",
        counts={
            "days_missed": len(missed),
            "alarms": len(evidence.alarms),
            "not_acknowledged_in_time": len(unheard),
        },
    )


def treated_people_are_marked(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Verdict:
    """MOD-05: a package says how many of its people had got an action, and what was done."""
    silent = [one for one in evidence.trained if one.treated_people is None]
    odd = [one for one in evidence.trained if one.treated_people == 0 and one.treated_before]
    return judged_by(
        [f"version-{one.version}" for one in silent],
        looked_at=len(evidence.trained),
        right="Every package says how many of its people had got an action.",
        wrong="Packages do not say whether people who got an action count as having stayed.",
        nothing=_NO_MODEL,
        counts={
            "silent": len(silent),
            "treated_people": sum(one.treated_people or 0 for one in evidence.trained),
        },
        warnings=[
            f"version-{one.version} marks nobody, though {one.treated_before} people had got an "
            "action by then; their labels may be from before."
            for one in odd
        ],
    )


def is_alias(one: str, other: str, aliases: Sequence[Sequence[str]]) -> bool:
    """Whether two names are one person's: by spelling, or because the organisation says so."""
    if same_person(one, other):
        return True
    return any(
        any(same_person(name, one) for name in names)
        and any(same_person(name, other) for name in names)
        for names in aliases
    )


def _is_own(served: ServedVersion, aliases: Sequence[Sequence[str]]) -> bool:
    if served.approved_by is None or served.is_stand_in:
        return True
    return is_alias(served.approved_by, served.trained_by, aliases)


def _is_late(served: ServedVersion) -> bool:
    if served.first_traffic_at is None or served.approved_at is None:
        return False
    return served.approved_at >= served.first_traffic_at


def _agrees(metric: DeclaredMetric, tolerance: float) -> bool:
    return metric.recomputed is not None and abs(metric.declared - metric.recomputed) <= tolerance


def _is_waived(
    gate: GateSeen,
    trainers: dict[int, str],
    deployed: dict[int, datetime | None],
    aliases: Sequence[Sequence[str]],
) -> bool:
    """Whether another person waived it for the day of the deployment."""
    if gate.waived_by is None or gate.waived_until is None:
        return False
    at = deployed.get(gate.version)
    is_others = not is_alias(gate.waived_by, trainers.get(gate.version, ""), aliases)
    return is_others and (at is None or at.date() <= gate.waived_until)


def _unwatched(
    evidence: ModelEvidence, window: Window, parameters: ModelParameters
) -> Iterator[str]:
    """Yield the days that ended long enough ago and were not looked at."""
    if evidence.watched_since is None:
        return
    seen = set(evidence.watched_days)
    day = max(window.since, evidence.watched_since).date() + timedelta(days=1)
    late = timedelta(days=1 + parameters.watched_within_days)
    while (
        datetime.combine(day, datetime.min.time(), tzinfo=window.until.tzinfo) + late < window.until
    ):
        if day not in seen:
            yield day.isoformat()
        day += timedelta(days=1)


CONTROLS: tuple[Control[ModelEvidence, ModelParameters], ...] = (
    Control(
        "MOD-01",
        "A second person approved each model before traffic, as the bytes that serve.",
        (OWN, "nist-rmf", "aia-17"),
        True,
        ("served",),
        ("aliases",),
        a_second_person_approved,
    ),
    Control(
        "MOD-02",
        "Declared figures are the computed ones, and live quality is as declared.",
        ("nist-rmf", "aia-13", "aia-15"),
        True,
        ("metrics", "live"),
        ("metric_difference",),
        declared_figures_are_true,
    ),
    Control(
        "MOD-03",
        "Gates ran on the very package; what did not pass was waived by a second person.",
        (OWN, "aia-9", "aia-10"),
        True,
        ("served", "gates"),
        ("aliases",),
        gates_ran_on_the_artefact,
    ),
    Control(
        "MOD-04",
        "Every day was watched, and every alarm acknowledged in time.",
        ("nist-rmf", "aia-15", "aia-26"),
        True,
        ("watched_days", "watched_since", "alarms"),
        ("watched_within_days", "acknowledged_within_days"),
        monitors_ran_and_were_heeded,
    ),
    Control(
        "MOD-05",
        "People who got an action are marked in what was trained on.",
        ("aia-10", "aia-15"),
        False,
        ("trained",),
        (),
        treated_people_are_marked,
    ),
)
