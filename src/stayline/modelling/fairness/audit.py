"""The fairness audit: everything about groups of people that a reader or a gate may ask for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from stayline.domain.sensitive_columns import words_of
from stayline.modelling.evaluation import LEVEL
from stayline.modelling.fairness.bias_metrics import FAVOURABLE, FacetMetrics, facet_metrics
from stayline.modelling.fairness.flip_test import flip_tests
from stayline.modelling.fairness.groups import GroupFigures, group_figures
from stayline.modelling.fairness.impact_ratios import ImpactTable, impact_tables
from stayline.modelling.fairness.proxies import ProxyTest, proxy_tests
from stayline.modelling.fairness.tables import (
    AuditRows,
    Grouping,
    crossed,
    group_table,
    grouping,
)

DRAWS = 1000
FEWEST_PEOPLE_CROSSED = 10
"""A crossed group of fewer has no figures: they would tell of single people."""
INTERVALS = (
    "Rates, their differences and ratios: Wilson's interval and its combinations, on as many "
    "independent rows as the people's rows count for. All else: percentiles of bootstrap draws of "
    "people."
)
_SEX = re.compile(r"\b(gender|sex)\b")


@dataclass(frozen=True, slots=True)
class FairnessAudit:
    """What is known of how the model treats each group; a difference is a question, no verdict.

    ``groups`` and ``intersections`` hold plain figures, ``facets`` Clarify's metrics in the
    ``favourable`` reading, ``impact_tables`` the ratios of New York City's form, ``proxies`` how
    well the inputs tell each group. ``unknown`` counts, facet by facet, the rows without a group.
    ``positives`` and ``flagged`` count rows, the latter those with a risk of at least
    ``alert_from``; ``people_who_left`` have at least one positive. ``strata`` names the column
    whose values are equal circumstances (empty for none).
    """

    n: int
    people: int
    positives: int
    flagged: int
    alert_from: float
    favourable: str
    strata: str
    draws: int
    level: float
    intervals: str
    unknown: dict[str, int]
    groups: tuple[GroupFigures, ...]
    facets: tuple[FacetMetrics, ...]
    intersections: tuple[GroupFigures, ...]
    impact_tables: tuple[ImpactTable, ...]
    proxies: tuple[ProxyTest, ...]
    people_who_left: int = 0


def audit_fairness(
    label: np.ndarray,
    risk: np.ndarray,
    person: np.ndarray,
    facets: pl.DataFrame,
    features: pl.DataFrame,
    *,
    alert_from: float,
    rng: np.random.Generator,
    strata: pl.Series | None = None,
    draws: int = DRAWS,
) -> FairnessAudit:
    """Return the audit of rows that the model was not trained on.

    ``label`` (n,) of 0 and 1, ``risk`` (n,) calibrated, ``person`` (n,) whole numbers, ``facets``
    one text column per protected attribute (null is unknown), ``features`` the model's inputs,
    ``strata`` (n,) the circumstances within which disparity is told, such as the department.
    """
    rows = AuditRows.of(label, risk, person, alert_from=alert_from)
    known = [one for one in map(grouping, facets) if one.names]
    crossings = (crossed(one, other) for one, other in combinations(known, 2))
    pairs = [pair for pair in crossings if pair.names]
    stratum = None if strata is None else strata.rank("dense").fill_null(0).to_numpy()
    groups: list[GroupFigures] = []
    metrics: list[FacetMetrics] = []
    for one in known:
        table = group_table(rows, one, stratum)
        drawn = table.draw(draws, rng)
        flips = flip_tests(features, rows.flagged, one, rng)
        groups += group_figures(table, drawn)
        metrics += facet_metrics(table, drawn, flips, has_strata=strata is not None)
    return FairnessAudit(
        n=len(rows),
        people=rows.people,
        positives=int(rows.label.sum()),
        flagged=int(rows.flagged.sum()),
        alert_from=float(alert_from),
        favourable=FAVOURABLE,
        strata="" if strata is None else strata.name,
        draws=draws,
        level=LEVEL,
        intervals=INTERVALS,
        unknown={one.name: one.null_count() for one in facets},
        groups=tuple(groups),
        facets=tuple(metrics),
        intersections=tuple(_intersections(rows, pairs, draws, rng)),
        impact_tables=tuple(_impact_tables(rows, known, pairs)),
        proxies=tuple(
            test for one in known for test in proxy_tests(features, rows.person, one, rng)
        ),
        people_who_left=len(np.unique(rows.person[rows.label == 1])),
    )


def _intersections(
    rows: AuditRows, pairs: list[Grouping], draws: int, rng: np.random.Generator
) -> Iterator[GroupFigures]:
    for pair in pairs:
        table = group_table(rows, pair)
        yield from group_figures(table, table.draw(draws, rng), fewest_people=FEWEST_PEOPLE_CROSSED)


def _impact_tables(
    rows: AuditRows, known: list[Grouping], pairs: list[Grouping]
) -> Iterator[ImpactTable]:
    """Yield the tables of each facet, and of sex crossed with each other one."""
    for one in known:
        yield from impact_tables(rows, one)
    for pair in pairs:
        if _SEX.search(words_of(pair.facet)):
            yield from impact_tables(rows, pair)
