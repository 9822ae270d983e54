"""Protected attributes: kept apart, read for audits only, every read recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditPurpose:
    """Who reads protected attributes, and for which audit; written down before the read."""

    actor: str
    purpose: str
