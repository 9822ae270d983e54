"""Gates that let small made-up workforces through, where something else is being tried."""

from dataclasses import replace
from pathlib import Path

from stayline.domain.gate_policy import GatePolicy
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.schema_toml import dump_schema
from stayline.samples.presets import named_schema

OPEN = GatePolicy(
    minimum_recall=0.0,
    minimum_lift=1.0,
    minimum_roc_auc=0.5,
    largest_calibration_error=1.0,
    largest_recall_difference=1.0,
    fewest_positives=1,
    justification="A few hundred made-up people: the gates are tried elsewhere.",
)


def open_schema(preset: str) -> WorkforceSchema:
    """Return a preset under gates that hardly ever say no."""
    return replace(named_schema(preset), gates=OPEN)


def write_open_schema(preset: str, path: Path) -> Path:
    """Write it as a file."""
    path.write_text(dump_schema(open_schema(preset)), "utf-8")
    return path
