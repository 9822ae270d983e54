"""OPT: who stepped out, objected or was erased is left alone, and requests are answered in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stayline.domain.compliance.areas.opt_out_records import Asked, Interval, OptOutEvidence
from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.deadlines import months_after
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN, applies_on
from stayline.domain.compliance.statistics import lowest_difference
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.rights import RequestKind, RightsRequest


@dataclass(frozen=True, slots=True)
class OptOutParameters:
    """``[controls.opt_out]``; days and hours as the organisation has published them."""

    effective_within_hours: float = 24
    grievance_days: int = 90
    bias_data_days: int = 30
    erased_within_days: float = 1


MUST_NOT_SEE = ("manager", "analyst", "hr_partner")
_FLAG_WORDS = ("optout", "optedout", "objection", "objected")


def nobody_out_was_scored(
    evidence: OptOutEvidence, window: Window, parameters: OptOutParameters
) -> Verdict:
    """OPT-01: every score, shown, served or kept, against the intervals of its person."""
    barred = [one for one in evidence.scores if _is_out(one.token, one.at, evidence.intervals)]
    cached = [
        one for one in evidence.kept if _is_out(one.token, evidence.looked_at, evidence.intervals)
    ]
    by_path = {f"{one.path}_while_out": 0 for one in (*barred, *cached)}
    for one in (*barred, *cached):
        by_path[f"{one.path}_while_out"] += 1
    return judged_by(
        [one.token for one in (*barred, *cached)],
        looked_at=evidence.scored,
        right="Nobody was scored, served or kept while out.",
        wrong="People were scored, shown or kept on the board while they were out.",
        nothing="No score is in the audit log.",
        counts={"intervals": len(evidence.intervals), **by_path},
    )


def nobody_out_was_trained_on(
    evidence: OptOutEvidence, window: Window, parameters: OptOutParameters
) -> Verdict:
    """OPT-02: the people of each training against the intervals and erasures before it."""
    known = [one for one in evidence.trainings if one.people is not None]
    lost = len(evidence.trainings) - len(known)
    erased = {one.subject: one.started_at for one in evidence.erasures}
    wrong = [
        token
        for one in known
        for token in one.tokens
        if _is_out(token, one.frozen_at, evidence.intervals)
        or (token in erased and erased[token] <= one.frozen_at)
    ]
    warnings = [
        f"{name} was trained before somebody stepped out or was erased, and has no disposition on "
        "file."
        for name in evidence.earlier_models
    ]
    if lost:
        warnings.append(f"The people of {lost} trainings cannot be told any more.")
    return judged_by(
        wrong,
        looked_at=len(known),
        right="Nobody who was out or erased was trained on.",
        wrong="People who were out or erased are in a training.",
        nothing="The people of no training in the window can be told.",
        counts={"trainings": len(evidence.trainings), "people_not_known": lost},
        warnings=warnings,
    )


def stepping_out_is_quick_and_harmless(
    evidence: OptOutEvidence, window: Window, parameters: OptOutParameters
) -> Verdict:
    """OPT-03: in force soon, no harder than the way back, seen by few, followed by nothing bad."""
    limit = timedelta(hours=parameters.effective_within_hours)
    slow = [one.token for one in evidence.asked if _waits(one, evidence.looked_at) > limit]
    flags = [name for name in evidence.inputs if _is_flag(name)]
    seers = [role for role in evidence.may_see if role in MUST_NOT_SEE]
    steps = ["steps"] if evidence.steps_out > evidence.steps_in else []
    figures = evidence.adverse
    gap = lowest_difference(figures.out, figures.out_of, figures.others, figures.others_of)
    harmed = ["adverse events"] if gap > 0 else []
    return judged_by(
        [*slow, *flags, *seers, *steps, *harmed],
        looked_at=len(evidence.inputs) + len(evidence.asked),
        right="Stepping out takes effect in time, is not seen or used, and brings nothing bad.",
        wrong="Stepping out is slow, harder than the way back, seen or used, or brings harm.",
        nothing="There is no model and no request to look at.",
        counts={
            "requests_to_be_out": len(evidence.asked),
            "too_slow": len(slow),
            "flag_features": len(flags),
            "roles_that_must_not_see": len(seers),
            "adverse_difference_at_least": round(gap, 4),
        },
    )


def requests_were_answered_in_time(
    evidence: OptOutEvidence, window: Window, parameters: OptOutParameters
) -> Verdict:
    """OPT-04: a calendar month; India's grievances and New York's data by their own limits."""
    today = window.until.date()
    binding = [one for one in evidence.requests if _binds(one, today)]
    late = [one for one in binding if (one.closed_on or today) > last_day(one, parameters)]
    return judged_by(
        [one.subject for one in late],
        looked_at=len(binding),
        right="Every request was, or still can be, answered in time.",
        wrong="Requests were answered late, or are overdue.",
        nothing="No request that has a deadline is on record.",
        counts={
            "requests": len(evidence.requests),
            "open": sum(one.closed_on is None for one in evidence.requests),
            "overdue": len(late),
        },
    )


def the_erased_are_gone(
    evidence: OptOutEvidence, window: Window, parameters: OptOutParameters
) -> Verdict:
    """OPT-05: every store asked for every erased person; an erasure ends, and its tombstone is."""
    if not evidence.erasures:
        return no_evidence("Nobody was erased, so no store was asked for anybody.")
    found = [f"{probe.token} in {probe.store}" for probe in evidence.probes if probe.is_there]
    limit = timedelta(days=parameters.erased_within_days)
    unended = [
        one.subject
        for one in evidence.erasures
        if one.completed_at is None and evidence.looked_at - one.started_at > limit
    ]
    unasked = {one.subject for one in evidence.erasures} - {one.token for one in evidence.probes}
    return judged_by(
        [*found, *unended, *unasked],
        looked_at=len(evidence.probes),
        right="Nothing of an erased person is in any store; the tombstones stay.",
        wrong="Erased people were found in a store, or an erasure has not ended.",
        nothing="No store was asked for the erased people.",
        counts={
            "erased": len(evidence.erasures),
            "found": len(found),
            "not_ended": len(unended),
            "not_asked_for": len(unasked),
        },
    )


def last_day(request: RightsRequest, parameters: OptOutParameters) -> date:
    """Return the last day on which a request may be closed."""
    if request.kind is RequestKind.BIAS_AUDIT_DATA:
        return request.received_on + timedelta(days=parameters.bias_data_days)
    if _is_indian(request):
        return request.received_on + timedelta(days=min(parameters.grievance_days, 90))
    return months_after(request.received_on)


def _binds(request: RightsRequest, day: date) -> bool:
    if request.kind is RequestKind.BIAS_AUDIT_DATA:
        return applies_on("nyc-144", day)
    return applies_on("dpdp-14" if _is_indian(request) else "gdpr-12", day)


def _is_indian(request: RightsRequest) -> bool:
    return request.jurisdiction.upper().split("-")[0] == "IN"


def _is_out(token: str, at: datetime, intervals: Sequence[Interval]) -> bool:
    return any(one.token == token and one.holds_at(at) for one in intervals)


def _waits(asked: Asked, now: datetime) -> timedelta:
    """Return how long a request has waited at least: from the end of the day it was made on."""
    day = timedelta(days=1)
    end_of_day = datetime.combine(asked.asked_on, datetime.min.time(), tzinfo=now.tzinfo) + day
    return (asked.effective_at or now) - end_of_day


def _is_flag(name: str) -> bool:
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    return any(word in plain for word in _FLAG_WORDS)


CONTROLS: tuple[Control[OptOutEvidence, OptOutParameters], ...] = (
    Control(
        "OPT-01",
        "No score was computed, shown, served or kept while a person was out.",
        ("gdpr-21", "dpdp-6"),
        True,
        ("looked_at", "intervals", "scored", "scores", "kept"),
        (),
        nobody_out_was_scored,
    ),
    Control(
        "OPT-02",
        "Nobody who was out or erased is in a later training.",
        (OWN, "gdpr-17", "gdpr-21"),
        True,
        ("intervals", "erasures", "trainings", "earlier_models"),
        (),
        nobody_out_was_trained_on,
    ),
    Control(
        "OPT-03",
        "Stepping out is quick, easy, unseen and without consequence.",
        ("gdpr-5", "gdpr-25", "dpdp-6"),
        False,
        ("looked_at", "asked", "inputs", "may_see", "steps_out", "steps_in", "adverse"),
        ("effective_within_hours",),
        stepping_out_is_quick_and_harmless,
    ),
    Control(
        "OPT-04",
        "Every request was answered in time.",
        ("gdpr-12", "dpdp-14", "nyc-144"),
        True,
        ("requests",),
        ("grievance_days", "bias_data_days"),
        requests_were_answered_in_time,
    ),
    Control(
        "OPT-05",
        "Nothing of an erased person is in any store; the tombstone is.",
        ("gdpr-17", "dpdp-8"),
        True,
        ("looked_at", "erasures", "probes"),
        ("erased_within_days",),
        the_erased_are_gone,
    ),
)
