"""TRA: people were told before they were scored, and get an explanation that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.quarters import name_of
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.accountability import Document, ScopeAnswer
from stayline.domain.register.rights import NoticeGiven, RequestKind, RightsRequest

REPRESENTATIVES = "representatives"
NYC = "nyc_ll144"
BIAS_AUDIT, BIAS_AUDIT_SUMMARY, NYC_NOTICE = "bias_audit", "bias_audit_summary", "nyc_notice"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class TransparencyParameters:
    """``[controls.transparency]``: an empty ``notice_version`` or ``languages`` allows any."""

    notice_version: str = ""
    languages: tuple[str, ...] = ()
    has_representatives: bool = False
    explanation_tolerance: float = 1e-5
    bias_audit_max_age_days: int = 366
    nyc_notice_business_days: int = 10
    sample: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FirstScore:
    """When a person (``subject``) was first scored."""

    subject: str
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class ExplainedScore:
    """A sampled score: its risk, and what its base and its reasons come to; None without any."""

    prediction_id: str
    risk: float
    explained_risk: float | None


@dataclass(frozen=True, slots=True)
class TransparencyEvidence:
    """Who was told what when, and what explanations are worth."""

    first_scores: tuple[FirstScore, ...] = ()
    notices: tuple[NoticeGiven, ...] = ()
    explained: tuple[ExplainedScore, ...] = ()
    requests: tuple[RightsRequest, ...] = ()
    scope_answers: tuple[ScopeAnswer, ...] = ()
    documents: tuple[Document, ...] = ()


def everybody_was_told_before(
    evidence: TransparencyEvidence, window: Window, parameters: TransparencyParameters
) -> Verdict:
    """TRA-01: the anti-join of first scores and notices, and of representatives where they are."""
    told = _first_notices(evidence, parameters)
    untold = [one.subject for one in evidence.first_scores if not _was_told(one, told)]
    if parameters.has_representatives and evidence.first_scores:
        earliest = min(one.scored_at for one in evidence.first_scores)
        if not _was_told(FirstScore(REPRESENTATIVES, earliest), told):
            untold.append(REPRESENTATIVES)
    return judged_by(
        untold,
        looked_at=len(evidence.first_scores),
        right="Everybody who was scored had been told before.",
        wrong="People were scored who had not been told before, or not in the current words.",
        nothing="Nobody was scored.",
        counts={"notices": len(evidence.notices)},
    )


def explanations_add_up(
    evidence: TransparencyEvidence, window: Window, parameters: TransparencyParameters
) -> Verdict:
    """TRA-02: a sample's reasons add up to its risk; who asked got an answer in time."""
    off = [
        one.prediction_id
        for one in evidence.explained
        if one.explained_risk is None
        or abs(one.explained_risk - one.risk) > parameters.explanation_tolerance
    ]
    asked = [one for one in evidence.requests if one.kind is RequestKind.EXPLANATION]
    late = [one.subject for one in asked if (one.closed_on or window.until.date()) > one.due_on]
    return judged_by(
        [*off, *late],
        looked_at=len(evidence.explained),
        right="Sampled scores are explained in full, and requests were answered in time.",
        wrong="Scores lack reasons that add up, or a request for an explanation is late.",
        nothing="No score with its reasons is on record.",
        counts={"not_explained": len(off), "requests": len(asked), "late": len(late)},
    )


def the_scope_of_nyc_was_answered(
    evidence: TransparencyEvidence, window: Window, parameters: TransparencyParameters
) -> Verdict:
    """TRA-03: yes or no for this quarter; where yes, audit, summary and notice are there."""
    quarter = name_of(window.since)
    answers = [
        one for one in evidence.scope_answers if one.subject == NYC and one.quarter == quarter
    ]
    if not answers:
        return no_evidence(f"Whether New York's law applies was not answered for {quarter}.")
    if not answers[-1].is_in_scope:
        return judged_by(
            [], looked_at=1, right=f"Answered: out of scope in {quarter}.", wrong="", nothing=""
        )
    missing = _missing_for_nyc(evidence, window, parameters)
    return judged_by(
        missing,
        looked_at=1,
        right="In scope, with a current audit, its published summary and notice in time.",
        wrong="In scope, and something that the law asks for is missing or too old.",
        nothing="",
    )


def business_days_after(day: date, count: int) -> date:
    """Return the day that is ``count`` business days (Monday to Friday) later.

    >>> business_days_after(date(2026, 11, 27), 1)
    datetime.date(2026, 11, 30)
    """
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def _first_notices(
    evidence: TransparencyEvidence, parameters: TransparencyParameters
) -> Mapping[str, datetime]:
    first: dict[str, datetime] = {}
    for notice in evidence.notices:
        is_current = parameters.notice_version in ("", notice.notice_version)
        if is_current and (not parameters.languages or notice.language in parameters.languages):
            first[notice.subject] = min(notice.given_at, first.get(notice.subject, notice.given_at))
    return first


def _was_told(score: FirstScore, told: Mapping[str, datetime]) -> bool:
    return score.subject in told and told[score.subject] < score.scored_at


def _missing_for_nyc(
    evidence: TransparencyEvidence, window: Window, parameters: TransparencyParameters
) -> list[str]:
    day = window.until.date()
    dated = {one.subject: one.dated_on for one in evidence.documents if one.dated_on <= day}
    missing = [name for name in (BIAS_AUDIT, BIAS_AUDIT_SUMMARY, NYC_NOTICE) if name not in dated]
    if BIAS_AUDIT in dated and (day - dated[BIAS_AUDIT]).days > parameters.bias_audit_max_age_days:
        missing.append(BIAS_AUDIT)
    if NYC_NOTICE in dated and evidence.first_scores:
        earliest = min(one.scored_at for one in evidence.first_scores).date()
        days = parameters.nyc_notice_business_days
        if business_days_after(dated[NYC_NOTICE], days) > earliest:
            missing.append(NYC_NOTICE)
    return missing


CONTROLS: tuple[Control[TransparencyEvidence, TransparencyParameters], ...] = (
    Control(
        "TRA-01",
        "Everybody who is scored was told before, and so were workers' representatives.",
        ("gdpr-13", "aia-26", "dpdp-3", "us-co", "us-il"),
        True,
        ("first_scores", "notices"),
        ("notice_version", "languages", "has_representatives"),
        everybody_was_told_before,
    ),
    Control(
        "TRA-02",
        "Scores have reasons that add up; requests for an explanation are answered in time.",
        ("aia-86", "gdpr-13", "us-co"),
        True,
        ("explained", "requests"),
        ("explanation_tolerance", "sample", "seed"),
        explanations_add_up,
    ),
    Control(
        "TRA-03",
        "Whether New York's Local Law 144 applies is answered; where it does, it is kept.",
        ("nyc-144",),
        False,
        ("scope_answers", "documents", "first_scores"),
        ("bias_audit_max_age_days", "nyc_notice_business_days"),
        the_scope_of_nyc_was_answered,
    ),
)
