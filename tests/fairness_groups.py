"""Groups of an audit, as plain values."""

from stayline.modelling.evaluation import Estimate
from stayline.modelling.fairness.groups import GroupFigures

NEAR = Estimate(0.02, -0.03, 0.07)


def group(
    name: str,
    *,
    recall: Estimate | None = NEAR,
    facet: str = "Gender",
    n: int = 500,
    positives: int = 80,
    flagged: int = 50,
    **given: Estimate,
) -> GroupFigures:
    """Return a group of one-row people whose recall differs by so much from everybody else's."""
    return GroupFigures(
        facet, name, n, n, positives, positives, flagged,
        differences={"recall": recall, "selection_rate": Estimate(0, -0.02, 0.02)} | given,
    )  # fmt: skip
