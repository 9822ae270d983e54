"""Everything there is to know about one registered version."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.domain.gates import gate_lines
from stayline.domain.model_package import ModelPackage
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.formats.schema_toml import parse_schema
from stayline.ports.model_registry import ModelRegistry
from stayline.reports.card_words import treated

FIGURES = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "brier": "Brier",
    "brier_skill": "Brier skill",
    "calibration_error": "calibration error",
    "precision_at_alert": "precision at the alert threshold",
    "recall_at_alert": "recall at the alert threshold",
    "share_alerted": "share of rows alerted",
}
"""The figures an approver looks at, by their names in the manifest."""


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """The registered package and the manifest inside its archive."""

    package: ModelPackage
    is_deployed: bool
    manifest: Manifest

    def lines(self) -> list[str]:
        """Tell it in words."""
        package, manifest = self.package, self.manifest
        training = manifest.training
        told = [
            f"Version {package.version}: {package.status.value}"
            + (", deployed" if self.is_deployed else ""),
            f"Digest {package.digest}",
            f"Trained by {package.trained_by} at {package.trained_at:%Y-%m-%d %H:%M} UTC on "
            f"{training['rows']:,} rows, {training['positives']:,} before a leaving",
            *([f"Of the rows at hand, {done}"] if (done := treated(training)) else []),
            f"{manifest.rounds} trees of depth {manifest.parameters['max_depth']:.0f}; "
            f"calibration: {manifest.calibration.kind}",
            *(["Additive: one curve per column, shown by --json"] if manifest.curves else []),
            f"Alert policy: {manifest.policy}; band 'high' from {manifest.bands.high:.3f}, "
            f"'medium' from {manifest.bands.medium:.3f}",
            f"Inputs: {', '.join(item.name for item in manifest.inputs)}",
        ]
        for evaluation in manifest.evaluations:
            told.append(f"Measured {evaluation['measured_on']}, n = {evaluation['n']:,}:")
            told += [f"  {words}: {_shown(evaluation[name])}" for name, words in FIGURES.items()]
        told += [
            f"  later rows of {period['period']}, n = {period['n']:,}: ROC AUC "
            f"{_shown(period['roc_auc'])}"
            for period in manifest.periods
        ]
        told += [
            f"Protected attribute {item.name} is an input because: {item.justification}"
            for item in manifest.inputs
            if item.justification
        ]
        judged_by = parse_schema(manifest.schema_toml, "the package's schema").gates
        told += [f"Limit of the gates: {departure}" for departure in judged_by.departures()]
        told += gate_lines(recorded_gates(manifest))
        if package.decided_by:
            by = f"{package.decided_by}, a stand-in" if package.is_stand_in else package.decided_by
            told.append(f"Decided by {by}: {package.reason}")
        return told


def describe_model(version: int, *, registry: ModelRegistry) -> ModelDescription:
    """Return what is known of a version; raises `UnknownModel` and `PackageRefused`."""
    package = registry.find(version)
    deployed = registry.deployed()
    archive = read_archive(registry.archive(package.digest), package.digest)
    return ModelDescription(
        package, deployed is not None and deployed.version == version, archive.manifest
    )


def _shown(estimate: Mapping[str, float]) -> str:
    return "{value:.3f} ({low:.3f} to {high:.3f})".format_map(estimate)
