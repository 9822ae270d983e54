"""What people asked for, were told, and on which basis they are scored."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RequestKind(StrEnum):
    """What a person may ask for."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"
    EXPLANATION = "explanation"
    GRIEVANCE = "grievance"
    BIAS_AUDIT_DATA = "bias_audit_data"


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """One request and how it came out; a newer entry of the same id replaces it.

    ``subject`` is the person's token. ``due_on`` is the last day to answer, later where the person
    was told on ``extended_on`` that and why it takes longer.
    """

    subject: str
    kind: RequestKind
    jurisdiction: str
    received_on: date
    due_on: date
    closed_on: date | None = None
    outcome: str = ""
    extended_on: date | None = None
    extension_reason: str = ""


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """A person, or workers' representatives (``subject`` "representatives"), were informed."""

    subject: str
    notice_version: str
    language: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class LawfulBasis:
    """On which basis people of a jurisdiction (``subject``) are scored.

    ``bases`` e.g. ``("legitimate_interests",)``; ``assessment`` names the balancing test on file.
    """

    subject: str
    bases: tuple[str, ...]
    assessment: str
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """The tombstone of an erased person: ``subject`` is the token, nothing else is kept.

    It keeps the person out of later imports until it is lifted.
    """

    subject: str
    started_at: datetime
    completed_at: datetime | None = None
    lifted_at: datetime | None = None
