"""Gather who was scored first when, who was told, and what explanations are worth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from stayline.domain.audit_events import NAMELESS, AuditEventKind
from stayline.domain.compliance.areas.transparency import (
    ExplainedScore,
    FirstScore,
    TransparencyEvidence,
    TransparencyParameters,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.accountability import Document, ScopeAnswer
from stayline.domain.register.rights import NoticeGiven, RequestKind, RightsRequest
from stayline.ports.audit_log import AuditLog
from stayline.ports.directory import Directory
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.score_board import BoardEntry, ScoreBoard
from stayline.usecases.check_compliance.sampled import sampled
from stayline.usecases.check_compliance.trail import BEGINNING, trail


@dataclass(frozen=True, slots=True)
class TransparencyPorts:
    """What area TRA is gathered from."""

    scores: ScoreBoard
    register: GovernanceRegister
    directory: Directory
    audit: AuditLog


def gather_transparency(
    window: Window, ports: TransparencyPorts, parameters: TransparencyParameters
) -> TransparencyEvidence:
    """Return the evidence of area TRA."""
    register = ports.register
    return TransparencyEvidence(
        first_scores=_first_scores(window, ports),
        notices=tuple(entry.record for entry in register.entries(NoticeGiven)),
        explained=tuple(_explained(window, ports.scores, parameters)),
        requests=tuple(
            entry.record
            for entry in register.entries(RightsRequest)
            if entry.record.kind is RequestKind.EXPLANATION
        ),
        scope_answers=tuple(entry.record for entry in register.entries(ScopeAnswer)),
        documents=tuple(entry.record for entry in register.entries(Document)),
    )


def _first_scores(window: Window, ports: TransparencyPorts) -> tuple[FirstScore, ...]:
    """Return when each person who was scored in the window was first scored at all.

    The audit log tells of scores that were asked for, the board of those of a run over everyone.
    The log keeps the tokens of its day, so they are told as they stand now.
    """
    told = dict[str, datetime]()
    of_window = set[str]()
    asked = trail(ports.audit, BEGINNING, window.until, (AuditEventKind.EMPLOYEE_SCORED,))
    kept = [(str(one.token), one.scored_at) for one in ports.scores.entries()]
    seen = ((event.subject, event.at) for event in asked if event.subject != NAMELESS)
    for token, at in chain(kept, seen):
        if at < window.until:
            told[token] = min(at, told.get(token, at))
            if window.holds(at):
                of_window.add(token)
    on_board = {token for token, _ in kept}
    names = ports.directory.known_as_all([EmployeeToken(one) for one in told.keys() - on_board])
    stands = {token: token for token in told}
    stands.update((str(asked), str(known[0])) for asked, known in names.items())
    first = dict[str, datetime]()
    for token, at in told.items():
        first[stands[token]] = min(at, first.get(stands[token], at))
    subjects = sorted({stands[token] for token in of_window})
    return tuple(FirstScore(subject, first[subject]) for subject in subjects)


def _explained(
    window: Window, scores: ScoreBoard, parameters: TransparencyParameters
) -> Iterator[ExplainedScore]:
    entries = sorted(
        (one for one in scores.entries() if window.holds(one.scored_at)), key=lambda one: one.token
    )
    for entry in sampled(entries, parameters.sample, parameters.seed):
        yield ExplainedScore(entry.prediction_id or entry.token, entry.risk, _explained_risk(entry))


def _explained_risk(entry: BoardEntry) -> float | None:
    """Return what base and reasons come to; None where either is not kept."""
    if entry.base_risk is None or not entry.reasons:
        return None
    return entry.base_risk + sum(reason.contribution for reason in entry.reasons)
