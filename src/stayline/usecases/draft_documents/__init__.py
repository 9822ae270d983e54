"""Draft the record of processing and the impact assessment from what runs."""

from dataclasses import dataclass

from stayline.domain.compliance.areas.accountability import DPIA, ROPA, ROPA_FIELDS
from stayline.domain.compliance.drafts import Draft
from stayline.domain.compliance.organisation import OrganisationPolicy
from stayline.domain.compliance.shapes import ModelShape, retention_digest
from stayline.domain.model_package import ModelPackage
from stayline.domain.register.accountability import FeaturePurpose
from stayline.domain.register.rights import LawfulBasis
from stayline.domain.retention import RetentionPolicy
from stayline.errors import NothingImported
from stayline.formats.model_archive import read_archive
from stayline.formats.model_shape import shape_of
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.draft_documents.assessment import assessment_sections
from stayline.usecases.draft_documents.facts import DeployedModel, Facts
from stayline.usecases.draft_documents.record import record_sections


@dataclass(frozen=True, slots=True)
class Drafts:
    """Both documents, and the digests that tell what runs now."""

    record: Draft
    assessment: Draft
    retention: str
    shape: str | None


def draft_documents(
    *,
    organisation: OrganisationPolicy,
    retention: RetentionPolicy,
    is_encrypted_in_transit: bool,
    features: FeatureStore,
    registry: ModelRegistry,
    register: GovernanceRegister,
    clock: Clock,
) -> Drafts:
    """Return drafts of what runs at this moment; what nobody but the organisation knows is open.

    ``shape`` is None while no model is deployed. Reads nothing of any person. Raises
    `PackageRefused`.
    """
    package = registry.deployed()
    try:
        schema = features.schema()
    except NothingImported:
        schema = None
    facts = Facts(
        organisation=organisation,
        retention=retention,
        is_encrypted_in_transit=is_encrypted_in_transit,
        schema=schema,
        model=None if package is None else _deployed(package, registry, organisation.purpose),
        purposes=tuple(entry.record for entry in register.entries(FeaturePurpose)),
        bases=tuple(entry.record for entry in register.entries(LawfulBasis)),
        now=clock.now(),
    )
    kept = retention_digest(retention)
    shape = None if facts.model is None else facts.model.shape.digest
    record = Draft(ROPA, "Record of processing activities", facts.now, record_sections(facts), ())
    assessed = () if shape is None else (shape,)
    covers = (kept,) if record.open_items else (ROPA_FIELDS, kept)
    return Drafts(
        record=Draft(ROPA, record.title, facts.now, record.sections, covers),
        assessment=Draft(
            DPIA, "Data protection impact assessment", facts.now, assessment_sections(facts),
            assessed,
        ),
        retention=kept,
        shape=shape,
    )  # fmt: skip


def _deployed(package: ModelPackage, registry: ModelRegistry, purpose: str) -> DeployedModel:
    manifest = read_archive(registry.archive(package.digest), package.digest).manifest
    shape: ModelShape = shape_of(manifest, purpose)
    bands = manifest.alert_bands
    return DeployedModel(package, shape, (bands.medium, bands.high), len(manifest.gates))
