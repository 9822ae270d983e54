"""Gather what is written down about the processing, and what runs beside it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.compliance.areas.accountability import (
    AccountabilityEvidence,
    ModelInUse,
    ScoredPeople,
)
from stayline.domain.compliance.areas.transparency import FirstScore
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.organisation import OrganisationPolicy
from stayline.domain.compliance.shapes import retention_digest
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.accountability import Document
from stayline.domain.register.rights import LawfulBasis
from stayline.domain.retention import RetentionPolicy
from stayline.errors import NothingImported, UnknownModel
from stayline.formats.model_shape import shape_of
from stayline.ports.audit_log import AuditLog
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.check_compliance.served import manifest_of, services

UNSTATED = "unstated"
"""The jurisdiction of somebody whose place of work no rule of the organisation's names."""


@dataclass(frozen=True, slots=True)
class AccountabilityPorts:
    """What area ACC is gathered from."""

    features: FeatureStore
    registry: ModelRegistry
    register: GovernanceRegister
    audit: AuditLog


def gather_accountability(
    window: Window,
    ports: AccountabilityPorts,
    *,
    first_scores: Iterable[FirstScore],
    organisation: OrganisationPolicy,
    retention: RetentionPolicy,
    law: LegalRegister,
) -> AccountabilityEvidence:
    """Return the evidence of area ACC."""
    return AccountabilityEvidence(
        documents=tuple(entry.record for entry in ports.register.entries(Document)),
        retention=retention_digest(retention),
        models=tuple(_models(window, ports, organisation.purpose)),
        scored=tuple(_scored(list(first_scores), ports.features, organisation, retention)),
        bases=tuple(entry.record for entry in ports.register.entries(LawfulBasis)),
        sources=tuple(law.sources.values()),
    )


def _models(window: Window, ports: AccountabilityPorts, purpose: str) -> Iterator[ModelInUse]:
    """Yield each version that was at work; one that cannot be read has a shape nobody assessed."""
    for version, service in services(window, ports.audit, ports.registry).items():
        since = service.first_traffic_at
        if since is not None:
            yield ModelInUse(version, _shape(version, ports.registry, purpose), since)


def _shape(version: int, registry: ModelRegistry, purpose: str) -> str:
    try:
        manifest = manifest_of(registry.find(version), registry)
    except UnknownModel:
        return "shape:unknown"
    return "shape:unknown" if manifest is None else shape_of(manifest, purpose).digest


def _scored(
    first: list[FirstScore],
    features: FeatureStore,
    organisation: OrganisationPolicy,
    retention: RetentionPolicy,
) -> Iterator[ScoredPeople]:
    """Yield the people scored, by jurisdiction, the earliest score of each."""
    times = defaultdict[str, list[datetime]](list)
    places = _places(first, features, organisation)
    everywhere = sorted({name.partition("-")[0] for name in retention.jurisdictions})
    for one in first:
        where = everywhere if places is None else [places.get(one.subject, UNSTATED)]
        for jurisdiction in where:
            times[jurisdiction].append(one.scored_at)
    for jurisdiction, all_times in sorted(times.items()):
        yield ScoredPeople(jurisdiction, len(all_times), min(all_times))


def _places(
    first: Iterable[FirstScore], features: FeatureStore, organisation: OrganisationPolicy
) -> dict[str, str] | None:
    """Return the jurisdiction of each person; None where no column tells.

    Then everybody is held to have a basis in every jurisdiction that binds the organisation.
    """
    column = organisation.jurisdiction_column
    if not column:
        return None
    try:
        records = features.records([EmployeeToken(one.subject) for one in first])
    except NothingImported:
        return {}
    of_value = organisation.jurisdictions
    return {
        token: of_value[str(record.values[column])]
        for token, record in records.items()
        if str(record.values.get(column)) in of_value
    }
