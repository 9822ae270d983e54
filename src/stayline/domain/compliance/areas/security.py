"""SEC: scores are read by who may read them, nothing personal leaks, incidents are told in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN, applies_on
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.register.accountability import Incident

_TOLD_TO_AUTHORITY = {"EU": "gdpr-33", "IN": "dpdp-r7"}


@dataclass(frozen=True, slots=True)
class SecurityParameters:
    """``[controls.security]``: hours."""

    access_ends_hours: float = 24
    authority_hours: float = 72
    cert_in_hours: float = 6


@dataclass(frozen=True, slots=True)
class ScoreRead:
    """Somebody (``actor``) was shown the score of a person (``subject``).

    ``was_in_reach`` is None where the event does not tell of whom the actor may see scores.
    """

    subject: str
    actor: str
    at: datetime
    was_in_reach: bool | None


@dataclass(frozen=True, slots=True)
class LateAccess:
    """Somebody read a score after leaving or moving."""

    actor: str
    ended_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True)
class TextScan:
    """What the scan of logs, metrics, errors and file names found: places, never the words."""

    places: int
    found_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecurityEvidence:
    """``open_files`` can be read by others; ``has_keyed_tokens`` is False without a token key."""

    reads: tuple[ScoreRead, ...] = ()
    refused: int = 0
    late: tuple[LateAccess, ...] = ()
    scan: TextScan | None = None
    open_files: tuple[str, ...] = ()
    has_keyed_tokens: bool = False
    is_encrypted_in_transit: bool = False
    incidents: tuple[Incident, ...] = ()


def scores_were_read_within_reach(
    evidence: SecurityEvidence, window: Window, parameters: SecurityParameters
) -> Verdict:
    """SEC-01: each read by a role that may, of its own line as it was then, and not after it."""
    known = [one for one in evidence.reads if one.was_in_reach is not None]
    beyond = [one.actor for one in known if not one.was_in_reach]
    grace = timedelta(hours=parameters.access_ends_hours)
    after = [one.actor for one in evidence.late if one.read_at >= one.ended_at + grace]
    return judged_by(
        [*beyond, *after],
        looked_at=len(known),
        right="Every score was read by somebody whose role and line allow it.",
        wrong="Scores were read beyond somebody's role or line, or after leaving it.",
        nothing="No read of a score tells by which right.",
        counts={
            "reads": len(evidence.reads),
            "reads_of_unknown_right": len(evidence.reads) - len(known),
            "refused": evidence.refused,
        },
    )


def nothing_personal_leaks(
    evidence: SecurityEvidence, window: Window, parameters: SecurityParameters
) -> Verdict:
    """SEC-02: a scan for names, ids and addresses; keyed tokens; files closed to others."""
    if evidence.scan is None or not evidence.scan.places:
        return no_evidence("There was nothing to scan.")
    wrong = [*evidence.scan.found_in, *evidence.open_files]
    if not evidence.has_keyed_tokens:
        wrong.append("token key")
    if not evidence.is_encrypted_in_transit:
        wrong.append("transport")
    return judged_by(
        wrong,
        looked_at=evidence.scan.places,
        right="No personal data is in logs and figures; tokens are keyed, files are closed.",
        wrong="Personal data is where it must not be, or something stands open.",
        nothing="",
        counts={
            "found_in": len(evidence.scan.found_in),
            "open_files": len(evidence.open_files),
        },
    )


def incidents_were_told_in_time(
    evidence: SecurityEvidence, window: Window, parameters: SecurityParameters
) -> Verdict:
    """SEC-03: 72 hours to the authority, 6 to CERT-In, and a drill in the window."""
    late = [
        one.subject
        for one in evidence.incidents
        if not one.is_drill and _is_late(one, window, parameters)
    ]
    drills = [one for one in evidence.incidents if one.is_drill and window.holds(one.aware_at)]
    missing = ["no drill in the window"] if evidence.incidents and not drills else []
    return judged_by(
        [*late, *missing],
        looked_at=len(evidence.incidents),
        right="Incidents were told in time, and telling was drilled.",
        wrong="An incident was told late or not at all, or telling was not drilled.",
        nothing="The incident register is empty: not even a drill is on record.",
        counts={"drills": len(drills), "late": len(late)},
    )


def _is_late(incident: Incident, window: Window, parameters: SecurityParameters) -> bool:
    day = incident.aware_at.date()
    owed = [
        source
        for place, source in _TOLD_TO_AUTHORITY.items()
        if place in incident.jurisdictions and applies_on(source, day)
    ]
    told_late = bool(owed) and _is_after(
        incident, incident.authority_told_at, parameters.authority_hours, window
    )
    owes_cert_in = "IN" in incident.jurisdictions and applies_on("cert-in", day)
    return told_late or (
        owes_cert_in
        and _is_after(incident, incident.cert_in_told_at, parameters.cert_in_hours, window)
    )


def _is_after(incident: Incident, told_at: datetime | None, hours: float, window: Window) -> bool:
    return (told_at or window.until) > incident.aware_at + timedelta(hours=hours)


CONTROLS: tuple[Control[SecurityEvidence, SecurityParameters], ...] = (
    Control(
        "SEC-01",
        "Every score was read by a role that may, within its own line at that time.",
        ("gdpr-32", "dpdp-8"),
        True,
        ("reads", "refused", "late"),
        ("access_ends_hours",),
        scores_were_read_within_reach,
    ),
    Control(
        "SEC-02",
        "No names, addresses or ids in logs; keyed tokens; files closed; encrypted transport.",
        (OWN, "gdpr-25", "gdpr-32", "dpdp-8"),
        True,
        ("scan", "open_files", "has_keyed_tokens", "is_encrypted_in_transit"),
        (),
        nothing_personal_leaks,
    ),
    Control(
        "SEC-03",
        "Incidents are told within 72 hours, to CERT-In within 6, and a drill was held.",
        ("gdpr-33", "dpdp-r7", "cert-in"),
        False,
        ("incidents",),
        ("authority_hours", "cert_in_hours"),
        incidents_were_told_in_time,
    ),
)
