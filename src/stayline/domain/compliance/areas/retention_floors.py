"""How long each class of records must be kept at least, by whose law, and from when."""

from dataclasses import dataclass

from stayline.domain.compliance.legal_register import OWN, applies_on
from stayline.domain.register.retention import PurgeRun

EVERYWHERE = "*"
RAW, EVENTS, DECISIONS, DOCUMENTATION = "raw_inputs", "events", "decisions", "documentation"
"""The record classes as the ledger of purges names them: R1, R2, and the two parts of R3."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How long a class must be kept: by whom it is asked follows from ``source``.

    ``jurisdiction`` is ``*`` or a code; ``US`` holds in ``US-CO``, too. A purge run names one or
    several, with commas between them.
    """

    record_class: str
    jurisdiction: str
    days: float
    source: str

    def binds(self, run: PurgeRun) -> bool:
        """Whether it held for what a purge run removed, on the day it ran."""
        named = [name.strip() for name in run.jurisdiction.split(",")]
        is_theirs = self.jurisdiction == EVERYWHERE or any(
            name in ("", EVERYWHERE, self.jurisdiction) or name.startswith(f"{self.jurisdiction}-")
            for name in named
        )
        same_class = self.record_class == run.record_class
        return same_class and is_theirs and applies_on(self.source, run.started_at.date())


FLOORS = (
    Floor(EVENTS, EVERYWHERE, 184, OWN),
    Floor(EVENTS, "EU", 184, "aia-26"),
    Floor(EVENTS, "US", 365, "us-1602"),
    Floor(EVENTS, "IN", 180, "cert-in"),
    Floor(EVENTS, "IN", 365, "dpdp-8"),
    *(
        Floor(record_class, jurisdiction, days, source)
        for record_class in (DECISIONS, DOCUMENTATION)
        for jurisdiction, days, source in (
            ("US", 365, "us-1602"),
            ("US-CO", 1096, "us-co"),
            ("US-CA", 1461, "us-ca"),
        )
    ),
    Floor(DOCUMENTATION, "EU", 3653, "aia-18"),
    Floor(DOCUMENTATION, "US-NYC", 184, "nyc-144"),
)
"""The longest that binds counts; several years are counted with their leap day.

They are the checker's own, on purpose: the table that a purge goes by is what it checks.
"""

FLOORED = (EVENTS, DECISIONS, DOCUMENTATION)
"""The classes that have a floor."""
