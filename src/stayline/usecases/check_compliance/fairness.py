"""Gather how groups fared, what the model takes in, and who read protected attributes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import polars as pl

from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.fairness_records import (
    JUSTIFICATION,
    FairnessEvidence,
    GroupQuality,
    ModelInput,
    ProtectedRead,
    ProxyStrength,
)
from stayline.domain.compliance.bias_tables import BiasTablePolicy, BiasTables
from stayline.domain.compliance.verdicts import Window
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.read_purposes import ReadPurpose
from stayline.domain.register.accountability import Document
from stayline.domain.sensitive_columns import looks_protected, refusal_of
from stayline.domain.workforce_schema import Role
from stayline.errors import NothingImported
from stayline.formats.model_archive import Manifest, read_archive
from stayline.modelling.evaluation import Estimate
from stayline.modelling.fairness.audit import FairnessAudit
from stayline.modelling.fairness.bias_tables import bias_tables
from stayline.modelling.fairness.facets import facet_columns
from stayline.modelling.fairness.served import facet_kind, group_ratios, help_ratios
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import EVENT_TIME, TOKEN, FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.score_board import BoardEntry, ScoreBoard
from stayline.usecases.check_compliance.trail import trail

PURPOSE = ReadPurpose.COMPLIANCE_CHECK.value
AUDIT_FILE = "fairness.json"
_BARRED = frozenset({"sex", "race/ethnicity"})
_TICK = timedelta(microseconds=1)
"""So that a window holds what happens at its end, this check's own read."""


@dataclass(frozen=True, slots=True)
class FairnessPorts:
    """What area FAIR is gathered from."""

    scores: ScoreBoard
    features: FeatureStore
    protected: ProtectedAttributes
    decisions: DecisionBook
    outcomes: OutcomeBook
    registry: ModelRegistry
    register: GovernanceRegister
    audit: AuditLog
    clock: Clock


def gather_fairness(
    window: Window, ports: FairnessPorts, *, policy: BiasTablePolicy, actor: str
) -> tuple[FairnessEvidence, BiasTables | None]:
    """Return the evidence of area FAIR, and the tables of a bias audit where anybody was scored.

    That protected attributes are read is on record first.
    """
    evidence = _of_the_model(window, ports)
    entries = [one for one in ports.scores.entries() if window.holds(one.scored_at)]
    try:
        schema = ports.features.schema()
    except NothingImported:
        return evidence, None
    protected = {column.name for column in schema.with_role(Role.PROTECTED)}
    if not entries or not protected:
        return evidence, None
    people = _people(entries, window, ports)
    attributes = _attributes(people, ports, actor=actor)
    facets = facet_columns(
        attributes,
        schema.with_role(Role.PROTECTED),
        event_time=people.get_column(EVENT_TIME),
        protected_age_from=schema.protected_age_from,
    )
    ratios, unknown = group_ratios(people, facets)
    justified = {column.name for column in schema.justified}
    inputs = {one.name for one in evidence.inputs}
    told = replace(
        evidence,
        ratios=ratios,
        unknown=unknown,
        help_given=help_ratios(people, facets),
        reads=_reads(Window(window.since, ports.clock.now() + _TICK), ports.audit),
        served_protected=tuple(sorted(protected & inputs - justified)),
    )
    return told, bias_tables(people, attributes, policy, made_on=window.until.date())


def _of_the_model(window: Window, ports: FairnessPorts) -> FairnessEvidence:
    manifest, audit = _deployed(ports.registry)
    return FairnessEvidence(
        quality=tuple(_quality(audit)),
        inputs=tuple(_inputs(manifest)),
        proxies=tuple(_proxies(audit)),
        justifications=tuple(
            entry.record
            for entry in ports.register.entries(Document)
            if entry.record.subject.startswith(JUSTIFICATION)
        ),
        reads=_reads(window, ports.audit),
    )


def _reads(window: Window, audit: AuditLog) -> tuple[ProtectedRead, ...]:
    return tuple(
        ProtectedRead(event.actor, str(event.details.get("purpose", "")), event.at)
        for event in trail(audit, window.since, window.until, (AuditEventKind.PROTECTED_READ,))
    )


def _deployed(registry: ModelRegistry) -> tuple[Manifest | None, FairnessAudit | None]:
    package = registry.deployed()
    if package is None:
        return None, None
    manifest = read_archive(registry.archive(package.digest), package.digest).manifest
    found = registry.reports(package.digest).get(AUDIT_FILE)
    if found is None:
        return manifest, None
    return manifest, msgspec.convert(msgspec.json.decode(found), FairnessAudit)


def _people(entries: Sequence[BoardEntry], window: Window, ports: FairnessPorts) -> pl.DataFrame:
    """Return one row a person: the newest score, whether help came after it, and who left."""
    helped = {
        decision.token
        for decision in ports.decisions.between(window.since, window.until)
        if decision.action.is_treatment
    }
    left = {
        outcome.token: outcome.left_on is not None
        for outcome in ports.outcomes.of_people(window.until)
        if outcome.is_voluntary
    }
    return pl.DataFrame(
        {
            TOKEN: [one.token for one in entries],
            EVENT_TIME: [one.scored_at for one in entries],
            "risk": [one.risk for one in entries],
            "is_flagged": [one.band is Band.HIGH for one in entries],
            "was_helped": [one.token in helped for one in entries],
            "left": [left.get(one.token) for one in entries],
        },
        schema_overrides={"left": pl.Boolean, "risk": pl.Float64},
    )


def _attributes(people: pl.DataFrame, ports: FairnessPorts, *, actor: str) -> pl.DataFrame:
    """Return protected attributes (n, attributes), as they were when each score was made."""
    kind, now = AuditEventKind.PROTECTED_READ, ports.clock.now()
    ports.audit.append(AuditEvent(kind, actor, "all", now, {"purpose": PURPOSE}))
    attributes = ports.protected.read(AuditPurpose(actor, PURPOSE))
    return (
        people.select(TOKEN, EVENT_TIME)
        .with_row_index("_row")
        .sort(EVENT_TIME)
        .join_asof(attributes.sort(EVENT_TIME), on=EVENT_TIME, by=TOKEN, check_sortedness=False)
        .sort("_row")
    )


def _quality(audit: FairnessAudit | None) -> Iterator[GroupQuality]:
    """Yield how good scores are by group, as the audit of the deployed package found."""
    for group in audit.groups if audit else ():
        if facet_kind(group.facet) is not None:
            recall = group.recall
            yield GroupQuality(
                facet=group.facet,
                category=group.group,
                n=group.n,
                positives=group.positives,
                recall=_value(recall),
                recall_low=None if recall is None else recall.low,
                recall_high=None if recall is None else recall.high,
                false_positive_rate=_value(group.false_positive_rate),
                precision=_value(group.precision),
                calibration_gap=_value(group.calibration_gap),
            )


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _inputs(manifest: Manifest | None) -> Iterator[ModelInput]:
    """Yield the model's inputs, each with why it is sensitive, by what its name says."""
    for one in manifest.inputs if manifest else ():
        barred = refusal_of(one.name) or (
            facet_kind(one.name) if facet_kind(one.name) in _BARRED else None
        )
        sensitive = "a protected attribute" if looks_protected(one.name) else ""
        yield ModelInput(one.name, barred or sensitive, is_barred=barred is not None)


def _proxies(audit: FairnessAudit | None) -> Iterator[ProxyStrength]:
    for test in audit.proxies if audit else ():
        if test.roc_auc is not None:
            yield ProxyStrength(f"{test.facet} {test.group}", test.roc_auc.value)
