"""Everything that is kept about one person, in the form in which the person gets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stayline.domain.audit_events import AuditEvent
from stayline.domain.decisions import Decision
from stayline.domain.opt_out import OptOut
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import Erasure, LawfulBasis, NoticeGiven, RightsRequest

Value = str | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What was true at ``event_time``, as it was written down at ``written_at``.

    A later writing of the same event time is a correction. ``written_at`` is None where a store
    does not keep it.
    """

    event_time: datetime
    written_at: datetime | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the person is, as the directory knows it; ``manager`` is the manager's token."""

    token: EmployeeToken
    hr_id: str
    display_name: str | None
    manager: EmployeeToken | None
    event_time: datetime


@dataclass(frozen=True, slots=True)
class ExplainedScore:
    """One score with what led to it, told in sentences.

    ``source`` says where it is kept: on the board, in captured requests, or without its inputs in
    the book of answers. ``in_words`` is the explanation, ``inputs`` what the model was told.
    """

    source: str
    prediction_id: str | None
    scored_at: datetime
    risk: float
    band: str | None
    base_risk: float | None
    model_version: int
    asked_by: str | None
    is_what_if: bool
    inputs: Mapping[str, Value]
    in_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """A model that scored the person: who answers for it."""

    version: int
    digest: str
    trained_at: datetime
    trained_by: str
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """An extract that was imported while the person was known: where the data comes from."""

    file_digest: str
    imported_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Term:
    """What is kept or seen, and for how long or by whom."""

    what: str
    told: str


@dataclass(frozen=True, slots=True)
class PersonExport:
    """One person's everything. ``tokens`` are all pseudonyms that the person has had.

    ``meaning`` says in sentences what a score is, what it is not, and what part the system plays.
    """

    prepared_at: datetime
    prepared_by: str
    tokens: tuple[EmployeeToken, ...]
    standing: str
    meaning: tuple[str, ...]
    identity: tuple[Identity, ...]
    features: tuple[Fact, ...]
    outcomes: tuple[Fact, ...]
    later_outcomes: tuple[PersonOutcome, ...]
    protected: tuple[Fact, ...]
    scores: tuple[ExplainedScore, ...]
    decisions: tuple[Decision, ...]
    opt_outs: tuple[OptOut, ...]
    requests: tuple[RightsRequest, ...]
    notices: tuple[NoticeGiven, ...]
    bases: tuple[LawfulBasis, ...]
    hr_events: tuple[HrEvent, ...]
    holds: tuple[LegalHold, ...]
    erasures: tuple[Erasure, ...]
    events: tuple[AuditEvent, ...]
    models: tuple[ModelUsed, ...]
    sources: tuple[Source, ...]
    kept_for: tuple[Term, ...]
    recipients: tuple[Term, ...]
