"""How dates and states are said to people."""

from collections.abc import Mapping

from stayline.domain.deadlines import Standing
from stayline.domain.opt_out import Channel, OptOutKind
from stayline.domain.register.accountability import (
    Document,
    FeaturePurpose,
    Incident,
    ScopeAnswer,
)
from stayline.domain.register.oversight import (
    HrEvent,
    OverseerTraining,
    OversightReview,
    StopDrill,
)
from stayline.domain.register.retention import DeferredErasure, LegalHold, PurgeRun
from stayline.domain.register.rights import (
    Erasure,
    LawfulBasis,
    NoticeGiven,
    RequestKind,
    RightsRequest,
)
from stayline.domain.retention import RecordClass
from stayline.ports.governance_register import Record
from stayline.usecases.list_requests import StandingRequest

STANDINGS = {
    Standing.OVERDUE: ("!", "Overdue", "fail"),
    Standing.DUE_SOON: ("◔", "Due soon", "open"),
    Standing.OPEN: ("○", "Open", "soft"),
    Standing.CLOSED_LATE: ("!", "Answered too late", "open"),
    Standing.CLOSED: ("✓", "Answered in time", "pass"),
}
"""A sign, a word and a style for each: never colour alone."""
KINDS = {
    RequestKind.ACCESS: "Access to the person's data",
    RequestKind.CORRECTION: "Correction",
    RequestKind.ERASURE: "Erasure",
    RequestKind.OBJECTION: "Objection to scoring",
    RequestKind.EXPLANATION: "Explanation of a score",
    RequestKind.GRIEVANCE: "Grievance",
    RequestKind.BIAS_AUDIT_DATA: "Data of a bias audit",
}
OPT_OUT_KINDS = {
    OptOutKind.OPT_OUT: "Opt-out, a wish",
    OptOutKind.OBJECTION: "Objection, GDPR 21(1)",
}
CHANNELS = {
    Channel.HR: "Told HR",
    Channel.EMAIL: "By e-mail",
    Channel.PAPER: "On paper",
    Channel.WORKS_COUNCIL: "Through the works council",
    Channel.PORTAL: "In a portal for employees",
    Channel.API: "By another system",
}
CLASSES = {
    RecordClass.RAW_INPUTS: "Raw inputs: captured requests, kept scores, extracts",
    RecordClass.EVENTS: "Events: answers and outcomes, by token",
    RecordClass.DECISIONS: "Decisions and their reasons",
    RecordClass.DOCUMENTATION: "Documentation: reports and approvals",
}
RECORDS: Mapping[type[Record], str] = {
    OverseerTraining: "People who were trained to act on scores",
    StopDrill: "Drills of the stop switch",
    HrEvent: "What HR did about a person, beside any score",
    OversightReview: "Reviews of somebody's decisions",
    RightsRequest: "Requests of people",
    NoticeGiven: "Who was informed, when and in which language",
    LawfulBasis: "On which basis people are scored",
    Erasure: "Who was erased, by token",
    LegalHold: "Legal holds",
    DeferredErasure: "Erasures that waited for a hold",
    PurgeRun: "Purges and the scans after them",
    Incident: "Incidents with personal data, and drills of them",
    Document: "Documents on file",
    ScopeAnswer: "Whether a law is held to apply, by quarter",
    FeaturePurpose: "Why each feature is collected",
}
"""What each kind of record on the register is."""


def deadline(one: StandingRequest) -> str:
    """Return how much time is left for a request, or by how much it was late."""
    request = one.entry.record
    if request.closed_on is not None:
        late = (request.closed_on - request.due_on).days
        return f"{days(late)} late" if late > 0 else "in time"
    if one.days_left == 0:
        return "due today, which is still in time"
    return f"{days(one.days_left)} left" if one.days_left > 0 else f"{days(-one.days_left)} overdue"


def days(count: int) -> str:
    """Return a number of days.

    >>> days(1), days(2)
    ('1 day', '2 days')
    """
    return f"{count:,} day{'' if count == 1 else 's'}"
