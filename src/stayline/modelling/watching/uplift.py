"""Whether people who got an action stayed more often than like people who did not.

A comparison, no proof: managers chose whom to act for, and what made them choose may itself make
people stay or leave. It is made as fair as the records allow. People are compared within bands of
risk (and department); whoever left before the landmark is left out on both sides, since nobody can
be treated after having left (immortal time); what was done later is not counted as treatment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import polars as pl

from stayline.modelling.evaluation import LEVEL, Estimate
from stayline.modelling.watching.balance import Balance, balance, distance_words
from stayline.modelling.watching.labelled_quality import IS_RIPE, RISK
from stayline.modelling.watching.labels import LABEL

TREATED_AFTER, LEFT_AFTER = "treated_after_days", "left_after_days"
LANDMARK_DAYS = 30
BANDS = 5
FEWEST = 10
"""People, on each side of a stratum and overall, before a difference is told."""
MOST_ALONE = 0.1
"""The share of treated people without anybody to compare with that is passed over."""
MOST_UNKNOWN = 0.2
"""The share of a side whose outcome is not known that is passed over."""
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
_TREATED, _STAYED, _BAND, _STRATUM = "_treated", "_stayed", "_band", "_stratum"
NO_PROOF = (
    "This compares people whom somebody chose to act for with people nobody chose; it does not "
    "show that the action was the reason."
)


@dataclass(frozen=True, slots=True)
class Stratum:
    """People of like risk, and department: how many were treated, how many of each side stayed.

    ``difference`` is the share who stayed among the treated minus that among the others, with the
    interval of Agresti and Caffo; None where a side has fewer than 10 people.
    """

    name: str
    treated: int
    treated_stayed: int
    untreated: int
    untreated_stayed: int
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class Uplift:
    """The strata, their difference overall, and what speaks against believing it.

    ``difference`` weighs strata by their treated people, so it is about the people who were
    treated; None where nobody can be compared. ``alone`` counts treated people without anybody to
    compare with. ``unripe``, ``unknown`` and ``gone`` count rows left out: horizon not passed, no
    label though it has (not seen since, or dismissed), left before the landmark. ``balance`` tells
    how far the sides differ within strata.
    """

    strata: tuple[Stratum, ...]
    difference: Estimate | None
    treated: int
    untreated: int
    alone: int
    unripe: int
    unknown: int
    gone: int
    balance: tuple[Balance, ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        n = f"n = {self.treated:,} treated and {self.untreated:,} untreated"
        if self.difference is None:
            return f"Nothing can be said of the actions taken ({n}). {' '.join(self.warnings)}"
        points = 100 * self.difference.value
        band = f"{100 * self.difference.low:+.1f} to {100 * self.difference.high:+.1f}"
        return (
            f"Among people who got an action the share who stayed differs by {points:+.1f} points "
            f"({band}) from that of people of like risk who got none ({n}). "
            + " ".join([*self.warnings, NO_PROOF])
        )


def uplift(
    rows: pl.DataFrame,
    *,
    landmark_days: float = LANDMARK_DAYS,
    strata: str | None = None,
    covariates: Sequence[str] = (),
) -> Uplift:
    """Return the table of actions taken against comparable people not treated.

    ``rows`` is one per person: ``risk`` when scored, ``is_ripe``, ``label`` (left of their own
    choice within the horizon; null where nobody knows), and the days from then to an action and to
    the leaving, ``treated_after_days`` and ``left_after_days``, null where there was none within
    the horizon. ``strata`` names a column to compare within, such as the department,
    ``covariates`` numeric columns to check the balance of, beside the risk.
    """
    ripe = rows.filter(pl.col(IS_RIPE)).with_columns(
        (pl.col(TREATED_AFTER) <= landmark_days).fill_null(value=False).alias(_TREATED),
        (~pl.col(LABEL)).alias(_STAYED),
    )
    known = ripe.drop_nulls(LABEL)
    there = known.filter((pl.col(LEFT_AFTER) > landmark_days).fill_null(value=True))
    parted = _stratified(there, strata)
    counted = tuple(_counted(part) for part in parted.partition_by(_STRATUM, maintain_order=True))
    compared = [s for s in counted if s.treated and s.untreated]
    names = [s.name for s in compared]
    found = balance(
        parted.filter(pl.col(_STRATUM).is_in(names)), [RISK, *covariates],
        is_treated=_TREATED, stratum=_STRATUM,
    )  # fmt: skip
    treated = sum(s.treated for s in counted)
    alone = treated - sum(s.treated for s in compared)
    untreated = sum(s.untreated for s in compared)
    is_enough = min(treated - alone, untreated) >= FEWEST
    return Uplift(
        strata=counted,
        difference=_overall(compared) if is_enough else None,
        treated=treated,
        untreated=untreated,
        alone=alone,
        unripe=len(rows) - len(ripe),
        unknown=len(ripe) - len(known),
        gone=len(known) - len(there),
        balance=found,
        warnings=(*_unknown_fates(ripe), *_warnings(treated, alone, untreated, found)),
    )


def _stratified(rows: pl.DataFrame, strata: str | None) -> pl.DataFrame:
    """Return the rows with the stratum's name: fifths of the treated people's risks."""
    risks = rows.filter(_TREATED).get_column(RISK).to_numpy()
    cuts = np.linspace(0, 1, BANDS + 1)[1:-1] if len(risks) else np.empty(0)
    edges = np.unique(np.quantile(risks, cuts)) if len(cuts) else cuts
    band = np.searchsorted(edges, rows.get_column(RISK).to_numpy(), side="right")
    ends = [0.0, *edges, 1.0]
    names = [f"risk {low:.3f} to {high:.3f}" for low, high in pairwise(ends)]
    named = rows.with_columns(
        pl.Series(_BAND, band), pl.Series(_STRATUM, [names[at] for at in band], dtype=pl.String)
    )
    if strata is not None:
        within = pl.col(strata).cast(pl.String).fill_null("unknown")
        named = named.with_columns(pl.concat_str(pl.col(_STRATUM), within, separator=", "))
    return named.sort(_BAND, _STRATUM)


def _counted(part: pl.DataFrame) -> Stratum:
    sides = [part.filter(pl.col(_TREATED) == side).get_column(_STAYED) for side in (True, False)]
    (n1, stayed1), (n0, stayed0) = ((len(side), int(side.sum())) for side in sides)
    difference = None
    if min(n1, n0) >= FEWEST:
        middle, variance = _agresti_caffo(n1, stayed1, n0, stayed0)
        reach = _Z * variance**0.5
        difference = Estimate(
            stayed1 / n1 - stayed0 / n0, max(-1.0, middle - reach), min(1.0, middle + reach)
        )
    return Stratum(part.get_column(_STRATUM)[0], n1, stayed1, n0, stayed0, difference)


def _overall(strata: Sequence[Stratum]) -> Estimate:
    """Return the mean difference over treated people, each against the others of the stratum."""
    weights = np.array([s.treated for s in strata], dtype=np.float64)
    weights /= weights.sum()
    value = np.array([s.treated_stayed / s.treated - s.untreated_stayed / s.untreated
                      for s in strata])  # fmt: skip
    variance = np.array(
        [
            _agresti_caffo(s.treated, s.treated_stayed, s.untreated, s.untreated_stayed)[1]
            for s in strata
        ]
    )
    middle, reach = float(weights @ value), _Z * float(np.sqrt(weights**2 @ variance))
    return Estimate(middle, max(-1.0, middle - reach), min(1.0, middle + reach))


def _agresti_caffo(n1: int, stayed1: int, n0: int, stayed0: int) -> tuple[float, float]:
    """Return a difference of shares and its variance, with one more of each outcome a side."""
    one, other = (stayed1 + 1) / (n1 + 2), (stayed0 + 1) / (n0 + 2)
    return one - other, one * (1 - one) / (n1 + 2) + other * (1 - other) / (n0 + 2)


def _unknown_fates(ripe: pl.DataFrame) -> list[str]:
    """Return a warning where those whose outcome is known may be other people than the rest."""
    if len(ripe) and ripe.get_column(LABEL).is_null().all():
        return ["Nothing is known of what became of the people. See `stayline outcomes import`."]
    told = []
    for side, words in ((True, "treated"), (False, "untreated")):
        fates = ripe.filter(pl.col(_TREATED) == side).get_column(LABEL)
        if fates.null_count() > MOST_UNKNOWN * len(fates):
            told.append(
                f"Of {fates.null_count()} of {len(fates)} {words} people nobody knows whether they "
                "would have stayed; they are left out, and may be unlike the others."
            )
    return told


def _warnings(
    treated: int, alone: int, untreated: int, found: Sequence[Balance]
) -> list[str]:  # fmt: skip
    told = []
    if min(treated - alone, untreated) < FEWEST:
        told.append(
            f"Too few to compare: {treated - alone} treated people with comparable others, "
            f"{untreated} untreated ones; at least {FEWEST} of each are needed."
        )
    if alone > MOST_ALONE * max(treated, 1):
        told.append(
            f"{alone} of {treated} treated people have nobody comparable and are left out: the "
            "difference is about the others alone."
        )
    return [*told, *(words for one in found if (words := distance_words(one)))]
