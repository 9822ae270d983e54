"""All areas of the check, put together."""

from dataclasses import dataclass, field

from stayline.domain.compliance.areas import retention
from stayline.domain.compliance.areas.retention import RetentionEvidence, RetentionParameters
from stayline.domain.compliance.controls import Question
from stayline.domain.compliance.judgement import Judged, judge
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.verdicts import Window


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was gathered, by area."""

    retention: RetentionEvidence


@dataclass(frozen=True, slots=True)
class Parameters:
    """The thresholds, by area; each is a section ``[controls.AREA]`` of ``governance.toml``."""

    retention: RetentionParameters = field(default_factory=RetentionParameters)


CONTROLS: dict[str, tuple[Question, ...]] = {"retention": retention.CONTROLS}
"""The questions of each area, by the name that it has in `Evidence` and `Parameters`."""


def judge_all(
    evidence: Evidence, window: Window, parameters: Parameters, law: LegalRegister
) -> tuple[Judged, ...]:
    """Return every control with its verdict, area by area."""
    return (*judge(retention.CONTROLS, evidence.retention, window, parameters.retention, law),)
