"""Protected attributes: kept apart, read for audits only, every read recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditPurpose:
    """Who reads protected attributes, and for which audit; written down before the read."""

    actor: str
    purpose: str


def age_band(age: float | None, protected_from: int) -> str:
    """Return the audit band of an age, with a band of its own for unknown.

    >>> age_band(40, 40), age_band(39.9, 40), age_band(None, 40)
    ('40+', 'under 40', 'unknown')
    """
    if age is None:
        return "unknown"
    return f"{protected_from}+" if age >= protected_from else f"under {protected_from}"
