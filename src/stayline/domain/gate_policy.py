"""How good a new model must be before a person is asked to approve it."""

from dataclasses import dataclass, fields
from enum import StrEnum

MINIMUM_JUSTIFICATION = 20
LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE = 0.10
_RANGES = {
    "minimum_roc_auc": (0.5, 1),
    "minimum_recall": (0, 1),
    "minimum_lift": (1, 100),
    "largest_calibration_error": (0, 1),
    "largest_loss": (0, 1),
    "largest_calibration_loss": (0, 1),
    "largest_recall_difference": (0, 1),
    "fewest_positives": (1, 1_000_000),
}


class FourFifths(StrEnum):
    """What happens when a group is selected less than 4/5 as often as the most selected one."""

    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """The limits that the gates judge by; set under ``[gates]`` in schema.toml.

    ``minimum_lift`` is precision at the alert threshold over the base rate. ``largest_loss`` is how
    far ROC AUC, recall and precision may fall below those of the deployed model;
    ``largest_calibration_loss`` how far the calibration error may rise above its.
    ``largest_recall_difference`` is how far a group's recall may be from everybody else's, either
    way. A group is judged once ``fewest_positives`` of it have left. ``justification`` is the
    written reason for a difference above 0.10.
    """

    minimum_roc_auc: float = 0.60
    minimum_recall: float = 0.15
    minimum_lift: float = 1.5
    largest_calibration_error: float = 0.05
    largest_loss: float = 0.05
    largest_calibration_loss: float = 0.02
    largest_recall_difference: float = LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE
    fewest_positives: int = 30
    four_fifths: FourFifths = FourFifths.WARN
    justification: str = ""

    def problems(self) -> list[str]:
        """Return what is wrong with the limits, in words; empty when they can be used.

        >>> GatePolicy(minimum_recall=1.5).problems()
        ['gates.minimum_recall is 1.5; expected 0 to 1']
        """
        told = [
            f"gates.{name} is {getattr(self, name)}; expected {low} to {high}"
            for name, (low, high) in _RANGES.items()
            if not low <= getattr(self, name) <= high
        ]
        written = len(" ".join(self.justification.split()))
        if (
            self.largest_recall_difference > LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE
            and written < MINIMUM_JUSTIFICATION
        ):
            told.append(
                f"gates.largest_recall_difference is {self.largest_recall_difference}, above "
                f"{LARGEST_UNJUSTIFIED_RECALL_DIFFERENCE:.2f}: write why in gates.justification, "
                f"in at least {MINIMUM_JUSTIFICATION} characters"
            )
        return told

    def departures(self) -> list[str]:
        """Return, in words, each limit that is not the default; a reader must not miss one.

        >>> GatePolicy(fewest_positives=1).departures()
        ['fewest_positives is 1 instead of 30']
        """
        default = GatePolicy()
        return [
            f"{one.name} is {getattr(self, one.name)} instead of {getattr(default, one.name)}"
            for one in fields(self)
            if one.name != "justification" and getattr(self, one.name) != getattr(default, one.name)
        ]
