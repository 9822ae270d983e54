"""Incidents, documents and scope: what an organisation states about itself, dated and signed."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Something went wrong with personal data, or a drill of that; ``subject`` is its id."""

    subject: str
    is_drill: bool
    aware_at: datetime
    jurisdictions: tuple[str, ...]
    authority_told_at: datetime | None = None
    cert_in_told_at: datetime | None = None
    people_told_at: datetime | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document on file: ``subject`` says which, e.g. "dpia", "ropa", "fria_scope_note",
    "balancing_test", "bias_audit", "justification:MaritalStatus".

    ``digest`` is its SHA-256; ``covers`` says what it was written for, e.g. a model family and the
    digest of its features.
    """

    subject: str
    title: str
    digest: str
    dated_on: date
    signed_by: str
    covers: tuple[str, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class ScopeAnswer:
    """A yes or no to a question of scope for a quarter, e.g. ``subject`` "nyc_ll144"."""

    subject: str
    quarter: str
    is_in_scope: bool
    note: str


@dataclass(frozen=True, slots=True)
class FeaturePurpose:
    """Why a feature (``subject``) is collected, on which basis, and who answers for it."""

    subject: str
    purpose: str
    basis: str
    owner: str
