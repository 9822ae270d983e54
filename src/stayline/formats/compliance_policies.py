"""What an organisation sets of the check: its thresholds, its law, who it is, what it keeps."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from stayline.domain.compliance.bias_tables import BiasTablePolicy
from stayline.domain.compliance.legal_register import REGISTER
from stayline.domain.compliance.legal_sources import LegalPolicy, LegalRegister
from stayline.domain.compliance.organisation import OrganisationPolicy
from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy

if TYPE_CHECKING:
    from stayline.domain.compliance.catalogue import Parameters


def read_legal_register(home: Path) -> LegalRegister:
    """Return the register with the days on which the organisation read sources again.

    Raises `SettingRefused` for an id that the register does not have.
    """
    policy = read_policy(home, "legal_register", LegalPolicy)
    try:
        return REGISTER.under(policy)
    except KeyError as error:
        expected = f"one of {sorted(REGISTER.sources)}"
        raise SettingRefused("legal_register.verified_on", str(error.args[0]), expected) from None


def read_parameters(home: Path) -> "Parameters":
    """Return the thresholds of every area; raises `SettingRefused`."""
    from stayline.domain.compliance.catalogue import Parameters  # all areas, for a check alone

    defaults = Parameters()
    return Parameters(
        **{
            area.name: read_policy(
                home, f"controls.{area.name}", type(getattr(defaults, area.name))
            )
            for area in fields(Parameters)
        }
    )


def read_organisation(home: Path) -> OrganisationPolicy:
    """Return who answers for the processing; raises `SettingRefused`."""
    return read_policy(home, "organisation", OrganisationPolicy)


def read_bias_tables(home: Path) -> BiasTablePolicy:
    """Return how an organisation's words map to New York's form; raises `SettingRefused`."""
    return read_policy(home, "ll144", BiasTablePolicy)
