"""What a package's answers are held against: its own manifest and evaluation files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from stayline.domain.workforce_schema import Column, LeavingWithin, WorkforceSchema
from stayline.errors import ReportUnreadable
from stayline.formats.bias_analysis import BiasAnalysis
from stayline.formats.data_constraints import Constraints
from stayline.formats.data_statistics import Statistics
from stayline.formats.explanation_analysis import ExplanationAnalysis
from stayline.formats.joint_statistics import JointStatistics
from stayline.formats.model_archive import ModelArchive
from stayline.formats.model_quality import ModelQualityConstraints, Threshold
from stayline.formats.report_json import decode
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.fairness.audit import FairnessAudit
from stayline.modelling.watching.bias_baseline import BiasBaseline, bias_baseline

Report = TypeVar("Report", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Baselines:
    """A model with what its monitors need; None, or empty, where the package has no such file.

    A monitor without its baseline says so; it never takes an absent one for a passed one.
    """

    model: ModelArchive
    schema: WorkforceSchema
    statistics: Statistics | None = None
    constraints: Constraints | None = None
    joint: JointStatistics | None = None
    quality: Mapping[str, Threshold] = field(default_factory=dict)
    bias: BiasBaseline | None = None
    attribution: ExplanationAnalysis | None = None

    @classmethod
    def of(cls, model: ModelArchive, reports: Mapping[str, bytes]) -> "Baselines":
        """Return the baselines among a package's evaluation files, by their names there.

        Raises `ReportUnreadable` for a file that is there and torn.
        """
        quality = _read(reports, "model_quality_constraints.json", ModelQualityConstraints)
        bias = _read(reports, "bias_analysis.json", BiasAnalysis)
        return cls(
            model=model,
            schema=parse_schema(model.manifest.schema_toml, "the package"),
            statistics=_read(reports, "data_quality_statistics.json", Statistics),
            constraints=_read(reports, "data_quality_constraints.json", Constraints),
            joint=_read(reports, "joint_statistics.json", JointStatistics),
            quality={} if quality is None else quality.binary_classification_constraints,
            bias=None if bias is None else bias_baseline(bias, _audit(reports)),
            attribution=_read(reports, "explainability_analysis.json", ExplanationAnalysis),
        )

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that the model reads, in its order."""
        known = {column.name: column for column in self.schema.columns}
        return tuple(known[item.name] for item in self.model.manifest.inputs)

    @property
    def alert_from(self) -> float:
        """The alert threshold."""
        return self.model.manifest.bands.high

    @property
    def horizon_months(self) -> int | None:
        """The horizon of the label; None for a cross-section."""
        outcome = self.schema.outcome
        return outcome.horizon_months if isinstance(outcome, LeavingWithin) else None


def _read(reports: Mapping[str, bytes], name: str, form: type[Report]) -> Report | None:
    return decode(reports[name], form, name) if name in reports else None


def _audit(reports: Mapping[str, bytes]) -> FairnessAudit | None:
    if "fairness.json" not in reports:
        return None
    try:
        return msgspec.convert(msgspec.json.decode(reports["fairness.json"]), FairnessAudit)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ReportUnreadable("fairness.json", str(error)) from error
