"""All areas of the check, put together."""

from dataclasses import dataclass, field

from stayline.domain.compliance.areas import (
    accountability,
    data,
    fairness,
    humans,
    log,
    models,
    opt_out,
    retention,
    security,
    transparency,
)
from stayline.domain.compliance.areas.accountability import (
    AccountabilityEvidence,
    AccountabilityParameters,
)
from stayline.domain.compliance.areas.data import DataEvidence, DataParameters
from stayline.domain.compliance.areas.fairness import FairnessParameters
from stayline.domain.compliance.areas.fairness_records import FairnessEvidence
from stayline.domain.compliance.areas.human_records import HumanEvidence
from stayline.domain.compliance.areas.humans import HumanParameters
from stayline.domain.compliance.areas.log import LogEvidence, LogParameters
from stayline.domain.compliance.areas.model_records import ModelEvidence
from stayline.domain.compliance.areas.models import ModelParameters
from stayline.domain.compliance.areas.opt_out import OptOutParameters
from stayline.domain.compliance.areas.opt_out_records import OptOutEvidence
from stayline.domain.compliance.areas.retention import RetentionParameters
from stayline.domain.compliance.areas.retention_records import RetentionEvidence
from stayline.domain.compliance.areas.security import SecurityEvidence, SecurityParameters
from stayline.domain.compliance.areas.transparency import (
    TransparencyEvidence,
    TransparencyParameters,
)
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
    fairness: FairnessEvidence
    data: DataEvidence
    log: LogEvidence
    models: ModelEvidence
    transparency: TransparencyEvidence
    security: SecurityEvidence
    accountability: AccountabilityEvidence


@dataclass(frozen=True, slots=True)
class Parameters:
    """The thresholds, by area; each is a section ``[controls.AREA]`` of ``governance.toml``."""

    retention: RetentionParameters = field(default_factory=RetentionParameters)
    opt_out: OptOutParameters = field(default_factory=OptOutParameters)
    humans: HumanParameters = field(default_factory=HumanParameters)
    fairness: FairnessParameters = field(default_factory=FairnessParameters)
    data: DataParameters = field(default_factory=DataParameters)
    log: LogParameters = field(default_factory=LogParameters)
    models: ModelParameters = field(default_factory=ModelParameters)
    transparency: TransparencyParameters = field(default_factory=TransparencyParameters)
    security: SecurityParameters = field(default_factory=SecurityParameters)
    accountability: AccountabilityParameters = field(default_factory=AccountabilityParameters)


CONTROLS: dict[str, tuple[Question, ...]] = {
    "retention": retention.CONTROLS,
    "opt_out": opt_out.CONTROLS,
    "humans": humans.CONTROLS,
    "fairness": fairness.CONTROLS,
    "data": data.CONTROLS,
    "log": log.CONTROLS,
    "models": models.CONTROLS,
    "transparency": transparency.CONTROLS,
    "security": security.CONTROLS,
    "accountability": accountability.CONTROLS,
}
"""The questions of each area, by the name that it has in `Evidence` and `Parameters`."""


def judge_all(
    evidence: Evidence, window: Window, parameters: Parameters, law: LegalRegister
) -> tuple[Judged, ...]:
    """Return every control with its verdict, area by area."""
    own, set_by = evidence, parameters
    return (
        *judge(retention.CONTROLS, own.retention, window, set_by.retention, law),
        *judge(opt_out.CONTROLS, own.opt_out, window, set_by.opt_out, law),
        *judge(humans.CONTROLS, own.humans, window, set_by.humans, law),
        *judge(fairness.CONTROLS, own.fairness, window, set_by.fairness, law),
        *judge(data.CONTROLS, own.data, window, set_by.data, law),
        *judge(log.CONTROLS, own.log, window, set_by.log, law),
        *judge(models.CONTROLS, own.models, window, set_by.models, law),
        *judge(transparency.CONTROLS, own.transparency, window, set_by.transparency, law),
        *judge(security.CONTROLS, own.security, window, set_by.security, law),
        *judge(accountability.CONTROLS, own.accountability, window, set_by.accountability, law),
    )
