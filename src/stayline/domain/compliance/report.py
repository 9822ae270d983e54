"""What one check of compliance found, and the files that show on what."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.compliance.bias_tables import BiasTables
from stayline.domain.compliance.judgement import Judged
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.verdicts import Status, Window


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """The records behind one verdict: a file of JSON lines, its SHA-256 and number of lines."""

    name: str
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """Every control with its verdict; ``evidence`` names each control's file by its id.

    ``bias_tables`` are None where nobody was scored, or no protected attribute is known.
    """

    window: Window
    checked_at: datetime
    law: LegalRegister
    judged: tuple[Judged, ...]
    evidence: Mapping[str, EvidenceFile]
    bias_tables: BiasTables | None = None

    @property
    def has_failed(self) -> bool:
        """Whether a control that must not fail did."""
        return any(one.fails_the_check for one in self.judged)

    def with_status(self, status: Status) -> list[str]:
        """Return the ids of the controls that came out so."""
        return [one.question.control_id for one in self.judged if one.verdict.status is status]

    def summary(self) -> str:
        """Say how many controls came out how, what failed first, and what nobody can tell.

        No evidence is no failure and no pass: it is told by name, so that nobody overlooks it.
        """
        found = Counter(one.verdict.status for one in self.judged)
        counts = ", ".join(f"{found[status]} {status.value}" for status in Status if found[status])
        parts = [f"{len(self.judged)} controls: {counts}."]
        for status, words in (
            (Status.FAIL, "Failed"),
            (Status.NO_EVIDENCE, "Nothing on record answers"),
        ):
            if named := self.with_status(status):
                parts.append(f"{words}: {', '.join(named)}.")
        return " ".join(parts)
