"""What both documents are drafted from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.compliance.organisation import OrganisationPolicy
from stayline.domain.compliance.shapes import ModelShape
from stayline.domain.model_package import ModelPackage
from stayline.domain.register.accountability import FeaturePurpose
from stayline.domain.register.rights import LawfulBasis
from stayline.domain.retention import RetentionPolicy
from stayline.domain.workforce_schema import Role, WorkforceSchema


@dataclass(frozen=True, slots=True)
class DeployedModel:
    """The model that answers now; ``bands`` are the risks from which on they begin."""

    package: ModelPackage
    shape: ModelShape
    bands: tuple[float, float]
    gates: int


@dataclass(frozen=True, slots=True)
class Facts:
    """The running configuration; None of schema and model before there are any."""

    organisation: OrganisationPolicy
    retention: RetentionPolicy
    is_encrypted_in_transit: bool
    schema: WorkforceSchema | None
    model: DeployedModel | None
    purposes: tuple[FeaturePurpose, ...]
    bases: tuple[LawfulBasis, ...]
    now: datetime

    def columns(self, *roles: Role) -> tuple[str, ...]:
        """Return the columns of the extract that have one of these roles."""
        found = () if self.schema is None else self.schema.with_role(*roles)
        return tuple(column.name for column in found)


def listed(names: Iterable[object]) -> str:
    """Return names with commas, or that there are none."""
    return ", ".join(map(str, names)) or "none"
