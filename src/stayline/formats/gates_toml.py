"""The sections ``[gates]`` and ``[deployment]`` of schema.toml."""

from dataclasses import asdict
from typing import Literal

import msgspec

from stayline.domain.gate_policy import FourFifths, GatePolicy

_DEFAULT = GatePolicy()


class GatesText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The limits as people write them; what is left out keeps its default."""

    minimum_roc_auc: float = _DEFAULT.minimum_roc_auc
    minimum_recall: float = _DEFAULT.minimum_recall
    minimum_lift: float = _DEFAULT.minimum_lift
    largest_calibration_error: float = _DEFAULT.largest_calibration_error
    largest_loss: float = _DEFAULT.largest_loss
    largest_calibration_loss: float = _DEFAULT.largest_calibration_loss
    largest_recall_difference: float = _DEFAULT.largest_recall_difference
    fewest_positives: int = _DEFAULT.fewest_positives
    four_fifths: FourFifths = _DEFAULT.four_fifths
    justification: str = _DEFAULT.justification


class DeploymentText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who approves a model that passed every gate: a person, or the rule that it passed."""

    approval: Literal["manual", "automatic"] = "manual"


def gate_policy(written: GatesText) -> GatePolicy:
    """Return the limits; `domain.workforce_schema` checks them."""
    return GatePolicy(**msgspec.structs.asdict(written))


def gates_table(policy: GatePolicy) -> dict[str, object]:
    """Return the limits that are not the default ones."""
    usual = asdict(_DEFAULT)
    return {
        name: str(value) if isinstance(value, FourFifths) else value
        for name, value in asdict(policy).items()
        if value != usual[name]
    }
