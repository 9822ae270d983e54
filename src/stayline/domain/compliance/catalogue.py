"""All areas of the check, put together."""

from dataclasses import dataclass, field

from stayline.domain.compliance.areas import humans, log, models, opt_out, retention
from stayline.domain.compliance.areas.human_records import HumanEvidence
from stayline.domain.compliance.areas.humans import HumanParameters
from stayline.domain.compliance.areas.log import LogEvidence, LogParameters
from stayline.domain.compliance.areas.model_records import ModelEvidence
from stayline.domain.compliance.areas.models import ModelParameters
from stayline.domain.compliance.areas.opt_out import OptOutParameters
from stayline.domain.compliance.areas.opt_out_records import OptOutEvidence
from stayline.domain.compliance.areas.retention import RetentionParameters
from stayline.domain.compliance.areas.retention_records import RetentionEvidence
from stayline.domain.compliance.controls import Question
from stayline.domain.compliance.judgement import Judged, judge
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.verdicts import Window


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was gathered, by area."""

    retention: RetentionEvidence
    opt_out: OptOutEvidence
    humans: HumanEvidence
    log: LogEvidence
    models: ModelEvidence


@dataclass(frozen=True, slots=True)
class Parameters:
    """The thresholds, by area; each is a section ``[controls.AREA]`` of ``governance.toml``."""

    retention: RetentionParameters = field(default_factory=RetentionParameters)
    opt_out: OptOutParameters = field(default_factory=OptOutParameters)
    humans: HumanParameters = field(default_factory=HumanParameters)
    log: LogParameters = field(default_factory=LogParameters)
    models: ModelParameters = field(default_factory=ModelParameters)


CONTROLS: dict[str, tuple[Question, ...]] = {
    "retention": retention.CONTROLS,
    "opt_out": opt_out.CONTROLS,
    "humans": humans.CONTROLS,
    "log": log.CONTROLS,
    "models": models.CONTROLS,
}
"""The questions of each area, by the name that it has in `Evidence` and `Parameters`."""


def judge_all(
    evidence: Evidence, window: Window, parameters: Parameters, law: LegalRegister
) -> tuple[Judged, ...]:
    """Return every control with its verdict, area by area."""
    return (
        *judge(retention.CONTROLS, evidence.retention, window, parameters.retention, law),
        *judge(opt_out.CONTROLS, evidence.opt_out, window, parameters.opt_out, law),
        *judge(humans.CONTROLS, evidence.humans, window, parameters.humans, law),
        *judge(log.CONTROLS, evidence.log, window, parameters.log, law),
        *judge(models.CONTROLS, evidence.models, window, parameters.models, law),
    )
