"""Who answers for the processing: what only the organisation itself can say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stayline.domain.compliance.shapes import PURPOSE


@dataclass(frozen=True, slots=True)
class OrganisationPolicy:
    """``[organisation]`` of ``governance.toml``; what is empty is marked to be filled in.

    ``jurisdiction_column`` names a stored column that says where somebody works, and
    ``jurisdictions`` what its values mean, e.g. ``{Berlin = "EU", Pune = "IN"}``. Without it
    everybody counts in each of ``[retention] jurisdictions``. ``transfers`` are third countries
    that data go to, each with its safeguard; None says nothing, an empty list that there are none.
    """

    controller: str = ""
    controller_contact: str = ""
    representative: str = ""
    data_protection_officer: str = ""
    joint_controllers: tuple[str, ...] = ()
    processors: tuple[str, ...] = ()
    transfers: tuple[str, ...] | None = None
    security: str = ""
    purpose: str = PURPOSE
    jurisdiction_column: str = ""
    jurisdictions: Mapping[str, str] = field(default_factory=dict)
