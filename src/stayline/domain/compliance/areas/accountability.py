"""ACC: what is written down about the processing is there, current, and true of what runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.legal_sources import LegalSource
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.accountability import Document
from stayline.domain.register.rights import LawfulBasis

ROPA, DPIA, FRIA_NOTE, BALANCING_TEST = "ropa", "dpia", "fria_scope_note", "balancing_test"
ROPA_FIELDS = "fields:a-g"
"""What a record of processing ``covers`` when it has all of GDPR 30(1)(a) to (g)."""
CONSENT, LEGITIMATE_INTERESTS = "consent", "legitimate_interests"
INDIAN_BASES = frozenset({CONSENT, "employment_purposes"})
EUROPE, INDIA = "EU", "IN"


@dataclass(frozen=True, slots=True)
class AccountabilityParameters:
    """``[controls.accountability]``: days."""

    ropa_max_age_days: int = 366
    source_max_age_days: int = 90


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A model that answered, and its ``shape``: family, inputs and purpose in one digest."""

    version: int
    shape: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ScoredPeople:
    """How many people of a jurisdiction were scored in the window, and from when on."""

    jurisdiction: str
    people: int
    first_scored_at: datetime


@dataclass(frozen=True, slots=True)
class AccountabilityEvidence:
    """``retention`` is what runs now, as a record of processing covers it."""

    documents: tuple[Document, ...] = ()
    retention: str = ""
    models: tuple[ModelInUse, ...] = ()
    scored: tuple[ScoredPeople, ...] = ()
    bases: tuple[LawfulBasis, ...] = ()
    sources: tuple[LegalSource, ...] = ()


def the_record_of_processing_is_true(
    evidence: AccountabilityEvidence, window: Window, parameters: AccountabilityParameters
) -> Verdict:
    """ACC-01: the newest record has every field, is a year old at most, states what runs."""
    newest = _newest(evidence.documents, ROPA, window.until.date())
    if newest is None:
        return no_evidence("No record of processing is on file.")
    age = (window.until.date() - newest.dated_on).days
    wrong = []
    if ROPA_FIELDS not in newest.covers:
        wrong.append("fields (a) to (g) are not all stated")
    if age > parameters.ropa_max_age_days:
        wrong.append(f"it is {age} days old")
    if evidence.retention not in newest.covers:
        wrong.append("its time limits are not those that run")
    return judged_by(
        [newest.digest] if wrong else [],
        looked_at=1,
        right="The record of processing is current and states the time limits that run.",
        wrong=f"The record of processing is not right: {', '.join(wrong)}.",
        nothing="",
        counts={"age_days": age},
    )


def the_impact_assessment_came_first(
    evidence: AccountabilityEvidence, window: Window, parameters: AccountabilityParameters
) -> Verdict:
    """ACC-02: one covers each model that answered, from before it did; scope of 27 is noted."""
    if not evidence.models:
        return no_evidence("No model has answered yet.")
    assessments = [one for one in evidence.documents if one.subject == DPIA]
    late = [
        f"version {model.version}"
        for model in evidence.models
        if not any(
            model.shape in one.covers and one.dated_on <= model.since.date() for one in assessments
        )
    ]
    note = _newest(evidence.documents, FRIA_NOTE, window.until.date())
    missing = [] if note else [FRIA_NOTE]
    return judged_by(
        [*late, *missing],
        looked_at=len(evidence.models),
        right="An impact assessment of its model family, inputs and purpose came before each.",
        wrong="A model answered before it was assessed, or the scope of AI Act 27 is not noted.",
        nothing="",
        counts={"assessments": len(assessments), "models_not_assessed": len(late)},
    )


def everybody_is_scored_on_a_basis(
    evidence: AccountabilityEvidence, window: Window, parameters: AccountabilityParameters
) -> Verdict:
    """ACC-03: a basis from before the first score; in the EU never consent alone."""
    wrong = [scored.jurisdiction for scored in evidence.scored if not _has_basis(scored, evidence)]
    return judged_by(
        wrong,
        looked_at=len(evidence.scored),
        right="Everybody who was scored is scored on a recorded basis.",
        wrong="People are scored without a recorded basis that holds.",
        nothing="Nobody was scored.",
        counts={
            "people": sum(one.people for one in evidence.scored),
            "people_without_basis": sum(
                one.people for one in evidence.scored if one.jurisdiction in wrong
            ),
        },
    )


def the_law_was_read_again(
    evidence: AccountabilityEvidence, window: Window, parameters: AccountabilityParameters
) -> Verdict:
    """ACC-04: every provision has a date of effect and was verified lately."""
    day = window.until.date()
    stale = [
        one.source_id
        for one in evidence.sources
        if one.last_verified_on is not None
        and not 0 <= one.age_days(day) <= parameters.source_max_age_days
    ]
    return judged_by(
        stale,
        looked_at=len(evidence.sources),
        right=f"Every source was verified in the last {parameters.source_max_age_days} days.",
        wrong="Sources must be read again; state the day under [legal_register].",
        nothing="The legal register is empty.",
        counts={"oldest_days": max((one.age_days(day) for one in evidence.sources), default=0)},
    )


def _newest(documents: Iterable[Document], subject: str, day: date) -> Document | None:
    """Return the newest document of a kind that is dated by then and has not expired."""
    known = [
        one
        for one in documents
        if one.subject == subject
        and one.dated_on <= day
        and (one.expires_on is None or day < one.expires_on)
    ]
    return max(known, key=lambda one: one.dated_on, default=None)


def _has_basis(scored: ScoredPeople, evidence: AccountabilityEvidence) -> bool:
    bases = [
        one
        for one in evidence.bases
        if one.subject == scored.jurisdiction and one.valid_from <= scored.first_scored_at
    ]
    if not bases:
        return False
    basis = max(bases, key=lambda one: one.valid_from)
    grounds = set(basis.bases)
    if scored.jurisdiction == INDIA:
        return bool(grounds & INDIAN_BASES)
    if scored.jurisdiction != EUROPE:
        return bool(grounds)
    by = scored.first_scored_at.date() + timedelta(days=1)
    is_balanced = LEGITIMATE_INTERESTS not in grounds or bool(
        basis.assessment and _newest(evidence.documents, BALANCING_TEST, by)
    )
    return bool(grounds - {CONSENT}) and is_balanced


CONTROLS: tuple[Control[AccountabilityEvidence, AccountabilityParameters], ...] = (
    Control(
        "ACC-01",
        "The record of processing is whole, a year old at most, and states what runs.",
        ("gdpr-30",),
        True,
        ("documents", "retention"),
        ("ropa_max_age_days",),
        the_record_of_processing_is_true,
    ),
    Control(
        "ACC-02",
        "Each model family, input list and purpose was assessed before it scored anybody.",
        ("gdpr-35", "aia-26", "aia-27"),
        True,
        ("documents", "models"),
        (),
        the_impact_assessment_came_first,
    ),
    Control(
        "ACC-03",
        "Everybody scored is scored on a recorded lawful basis; in the EU not consent alone.",
        ("gdpr-6", "dpdp-4", "dpdp-11"),
        True,
        ("scored", "bases", "documents"),
        (),
        everybody_is_scored_on_a_basis,
    ),
    Control(
        "ACC-04",
        "Every legal source was verified within the last 90 days.",
        (OWN, "nist-rmf"),
        True,
        ("sources",),
        ("source_max_age_days",),
        the_law_was_read_again,
    ),
)
