"""Give a person everything that is kept about them, with each score explained."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.opt_out import OptOut
from stayline.domain.person_export import Fact, Identity, ModelUsed, PersonExport, Source, Term
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import Erasure, LawfulBasis, NoticeGiven, RightsRequest
from stayline.domain.score_words import meaning, recipients
from stayline.errors import NothingImported, UnknownEmployee
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.directory import Directory
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    FeatureStore,
)
from stayline.ports.governance_register import GovernanceRegister, Kind
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.score_board import ScoreBoard
from stayline.usecases.export_person.scores import Scores

PURPOSE = "access request: the person's own data, for the person"
_SAYS_NOTHING = (AuditEventKind.REQUEST_REFUSED, AuditEventKind.SCORING_REFUSED)
"""Events about anybody who was asked for, also by a mistyped id."""


def export_person(
    tokens: Sequence[EmployeeToken],
    *,
    kept_for: Sequence[Term],
    features: FeatureStore,
    protected: ProtectedAttributes,
    directory: Directory,
    imports: ImportLedger,
    registry: ModelRegistry,
    capture: CaptureLog,
    scores: ScoreBoard,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    decisions: DecisionBook,
    opt_outs: OptOutList,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> PersonExport:
    """Return all that any store holds of a person, under every token the person has had.

    It is for the person: also for who has opted out, was erased or has left. Scores that were made
    are explained from what is archived; none is made anew, kept or captured. Reading protected
    attributes is recorded as that, and the export is an audit event without content. ``kept_for``
    says how long what is kept. Raises `UnknownEmployee` when nothing is known of the person.
    """
    now, wanted = clock.now(), list(dict.fromkeys(tokens))
    for token in wanted:
        read = AuditEvent(
            AuditEventKind.PROTECTED_READ, actor, token, now, {"purpose": "access request"}
        )
        audit.append(read)
    attributes = protected.read_of(wanted, AuditPurpose(actor, PURPOSE))
    schema = None
    facts, labels = pl.DataFrame(), pl.DataFrame()
    with suppress(NothingImported):
        schema = features.schema()
        facts, labels = (features.facts(group, wanted) for group in (FEATURES, OUTCOMES))
    events = [event for token in wanted for event in audit.events(subject=token)]
    told = _facts(facts)
    scored = Scores(wanted, told, events, capture, scores, answers, registry, now).explained()
    versions = {score.model_version for score in scored}
    found = [directory.find(token) for token in wanted]

    def on_record(kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(
            entry.record for token in wanted for entry in register.entries(kind, subject=token)
        )

    out = tuple(interval for token in wanted for interval in opt_outs.intervals(token))
    erasures = on_record(Erasure)
    export = PersonExport(
        prepared_at=now,
        prepared_by=actor,
        tokens=tuple(wanted),
        standing=_standing(wanted, told, out, erasures, features, now),
        meaning=meaning(schema),
        identity=tuple(
            Identity(who.token, who.hr_id, who.display_name, who.manager, who.event_time)
            for who in found
            if who is not None
        ),
        features=told,
        outcomes=_facts(labels),
        later_outcomes=tuple(one for one in outcomes.of_people(now) if one.token in wanted),
        protected=_facts(attributes),
        scores=scored,
        decisions=tuple(one for token in wanted for one in decisions.decisions(token)),
        opt_outs=out,
        requests=on_record(RightsRequest),
        notices=on_record(NoticeGiven),
        bases=tuple(entry.record for entry in register.entries(LawfulBasis)),
        hr_events=on_record(HrEvent),
        holds=on_record(LegalHold),
        erasures=erasures,
        events=tuple(sorted(events, key=lambda event: event.at)),
        models=tuple(
            ModelUsed(
                one.version, one.digest, one.trained_at, one.trained_by, one.decided_by,
                one.decided_at,
            )
            for one in registry.packages()
            if one.version in versions
        ),
        sources=tuple(
            Source(one.file_digest, one.started_at, one.rows) for one in imports.records()
        ),
        kept_for=tuple(kept_for),
        recipients=recipients(),
    )  # fmt: skip
    if not _is_known(export):
        refusal = UnknownEmployee(wanted[0])
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=wanted[0], at=now))
        raise refusal
    details = {"facts": len(told), "scores": len(scored), "events": len(export.events)}
    audit.append(AuditEvent(AuditEventKind.PERSON_EXPORTED, actor, wanted[0], now, details))
    return export


def _is_known(export: PersonExport) -> bool:
    says = [event for event in export.events if event.kind not in (*_SAYS_NOTHING, _READ)]
    return bool(
        says or export.identity or export.features or export.outcomes or export.protected
        or export.scores or export.decisions or export.opt_outs or export.requests
        or export.notices or export.later_outcomes or export.erasures or export.hr_events
    )  # fmt: skip


_READ = AuditEventKind.PROTECTED_READ


def _standing(
    tokens: Sequence[EmployeeToken],
    facts: Sequence[Fact],
    opt_outs: Sequence[OptOut],
    erasures: Sequence[Erasure],
    features: FeatureStore,
    now: datetime,
) -> str:
    """Return in a sentence whether and why the person is scored or not."""
    if erasures:
        return f"You were erased on {erasures[-1].started_at:%d %B %Y}; this is what had to stay."
    if any(out.covers(now) for out in opt_outs):
        since = min(out.since for out in opt_outs if out.covers(now))
        return f"You have not been scored since {since:%d %B %Y at %H:%M} UTC, as you asked."
    if facts and any(features.has_left(token, at=now) for token in tokens):
        return "You are no longer scored, since you have left."
    return "You may be scored." if facts else "You are not scored: nothing is known to go by."


def _facts(frame: pl.DataFrame) -> tuple[Fact, ...]:
    """Return the rows of a person, each with both its clocks where both are kept."""
    return tuple(
        Fact(
            row[EVENT_TIME],
            row.get(WRITE_TIME),
            {n: v for n, v in row.items() if n not in (TOKEN, EVENT_TIME, WRITE_TIME)},
        )
        for row in frame.to_dicts()
    )
