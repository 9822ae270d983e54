"""Draft the documents of a home by its own configuration."""

from stayline.bootstrap import Ports
from stayline.bootstrap.retention import retention_policy
from stayline.formats.compliance_policies import read_organisation
from stayline.jobs.home_state import is_encrypted_in_transit
from stayline.settings import Settings
from stayline.usecases.draft_documents import Drafts, draft_documents


def drafts_now(ports: Ports, settings: Settings) -> Drafts:
    """Return the drafts of what runs; raises `SettingRefused`, `PackageRefused`."""
    return draft_documents(
        organisation=read_organisation(settings.home),
        retention=retention_policy(settings),
        is_encrypted_in_transit=is_encrypted_in_transit(settings),
        features=ports.features,
        registry=ports.registry,
        register=ports.register,
        clock=ports.clock,
    )
