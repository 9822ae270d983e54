"""Gather who read which score by which right, what leaks, and which incidents were told when."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.security import (
    LateAccess,
    ScoreRead,
    SecurityEvidence,
    TextScan,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.accountability import Incident
from stayline.domain.roles import Reach
from stayline.errors import NothingImported
from stayline.modelling.personal_data import PersonalDataScanner
from stayline.ports.audit_log import AuditLog
from stayline.ports.directory import Directory, DirectoryEntry
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.secrets import Secrets
from stayline.usecases.check_compliance.trail import trail

_LEVELS = 64
_PEOPLE_AT_ONCE = 10_000
_HEX = re.compile(r"(?:sha256:)?[0-9a-f-]{32,}")
"""Tokens, digests and ids of answers, which say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class HomeState:
    """What only whoever runs the home can see of it.

    ``open_files`` can be read by other accounts of the machine; ``texts`` are what was written for
    people to read, by place.
    """

    open_files: tuple[str, ...] = ()
    is_encrypted_in_transit: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecurityPorts:
    """What area SEC is gathered from."""

    directory: Directory
    features: FeatureStore
    outcomes: OutcomeBook
    secrets: Secrets
    register: GovernanceRegister
    audit: AuditLog


def gather_security(window: Window, ports: SecurityPorts, state: HomeState) -> SecurityEvidence:
    """Return the evidence of area SEC."""
    kinds = (AuditEventKind.EMPLOYEE_VIEWED, AuditEventKind.ACCESS_REFUSED)
    events = list(trail(ports.audit, window.since, window.until, kinds))
    shown = [event for event in events if event.details.get("shown_score") is True]
    return SecurityEvidence(
        reads=tuple(
            ScoreRead(event.subject, event.actor, event.at, _was_in_reach(event, ports.directory))
            for event in shown
        ),
        refused=sum(event.kind is AuditEventKind.ACCESS_REFUSED for event in events),
        late=tuple(_late(shown, window, ports.outcomes)),
        scan=_scan(window, ports, state.texts),
        open_files=state.open_files,
        has_keyed_tokens=ports.secrets.has_token_key(),
        is_encrypted_in_transit=state.is_encrypted_in_transit,
        incidents=tuple(entry.record for entry in ports.register.entries(Incident)),
    )


def _was_in_reach(event: AuditEvent, directory: Directory) -> bool | None:
    """Return whether the reader may see that person; None where nothing tells.

    An event that names its ``reach`` says by which right the score was shown. Where that is the own
    line, the line is asked for again. The directory tells of it as it is now: a reader outside a
    line that has changed since may have been inside it then, which nobody can tell any more.
    """
    told = event.details.get("reach")
    if told == Reach.EVERYONE.value:
        return True
    if told != Reach.OWN_LINE.value:
        return None
    line = _line_of(event.subject, directory)
    if _person(event) in {one.manager for one in line}:
        return True
    return False if line and all(one.event_time <= event.at for one in line) else None


def _person(event: AuditEvent) -> str:
    """Return the reader's own token, where the event tells it."""
    return str(event.details.get("employee") or event.actor)


def _line_of(token: str, directory: Directory) -> list[DirectoryEntry]:
    """Return a person's entry and those of the managers above, nearest first, each once."""
    line = list[DirectoryEntry]()
    entry = directory.find(EmployeeToken(token))
    while entry is not None and entry not in line and len(line) < _LEVELS:
        line.append(entry)
        entry = None if entry.manager is None else directory.find(entry.manager)
    return line


def _late(
    shown: Iterable[AuditEvent], window: Window, outcomes: OutcomeBook
) -> Iterator[LateAccess]:
    """Yield reads by people after their own last day."""
    left = {
        str(one.token): datetime.combine(one.left_on + timedelta(days=1), time(), UTC)
        for one in outcomes.of_people(window.until)
        if one.left_on is not None
    }
    for event in shown:
        ended_at = left.get(_person(event))
        if ended_at is not None and ended_at <= event.at:
            yield LateAccess(event.actor, ended_at, event.at)


def _scan(window: Window, ports: SecurityPorts, texts: Mapping[str, str]) -> TextScan:
    """Look for personal data in the audit log and in what was written for people."""
    scanner = PersonalDataScanner(_names(ports))
    found = {place for place, text in texts.items() if scanner.scan(text)}
    events = 0
    for event in trail(ports.audit, window.since, window.until):
        events += 1
        if any(scanner.scan(text) for text in _words(event)):
            found.add(f"audit log, {event.kind.value}")
    return TextScan(places=events + len(texts), found_in=tuple(sorted(found)))


def _words(event: AuditEvent) -> Iterator[str]:
    for text in (event.actor, event.subject, *event.details.values()):
        if isinstance(text, str) and not _HEX.fullmatch(text):
            yield text


def _names(ports: SecurityPorts) -> list[str]:
    """Return the names in the directory of everybody whose features are kept."""
    names = list[str]()
    try:
        for people in ports.features.in_chunks(_PEOPLE_AT_ONCE):
            tokens: Sequence[str] = people.get_column(TOKEN).to_list()
            entries = (ports.directory.find(EmployeeToken(token)) for token in tokens)
            names += [one.display_name for one in entries if one and one.display_name]
    except NothingImported:
        return []
    return names
