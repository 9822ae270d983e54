"""What it takes to judge many figures of one window and seldom be wrong about any of them."""

from statistics import NormalDist

from stayline.modelling.evaluation import LEVEL


def widening(figures: int) -> float:
    """Return how many times wider an interval must be to hold for so many figures together.

    After Bonferroni, for intervals of the usual 95 % and figures that are about normal.

    >>> widening(1), round(widening(20), 2)
    (1.0, 1.54)
    """
    normal = NormalDist()
    alone = normal.inv_cdf((1 + LEVEL) / 2)
    return normal.inv_cdf(1 - (1 - LEVEL) / (2 * max(figures, 1))) / alone
