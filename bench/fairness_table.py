"""How long the fairness audit takes, beside Clarify's own library, which gives no intervals.

Run ``python -m bench.fairness_table``; ``--rows 100000``, ``--rows-each 24`` for a panel. The table
is everything but the flip test and the proxy test: all of Clarify's other metrics and the figures
of each group with intervals, crossed groups and impact ratios.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
import polars as pl
from rich.console import Console
from rich.table import Table
from smclarify.bias.metrics import POSTTRAINING_METRICS, PRETRAINING_METRICS, call_metric

from stayline.modelling.fairness.audit import DRAWS
from stayline.modelling.fairness.bias_metrics import facet_metrics
from stayline.modelling.fairness.flip_test import Flips, flip_tests
from stayline.modelling.fairness.groups import group_figures
from stayline.modelling.fairness.impact_ratios import impact_tables
from stayline.modelling.fairness.proxies import proxy_tests
from stayline.modelling.fairness.tables import AuditRows, crossed, group_table, grouping

ALERT_FROM = 0.25
RUNS = 5
NO_FLIPS = Flips(None, 0, "timed by itself")
FACETS = {
    "Gender": (0.4, 0.58, 0.02),
    "Age": (0.35, 0.65),
    "MaritalStatus": (0.45, 0.35, 0.2),
    "Race": (0.5, 0.2, 0.1, 0.1, 0.08, 0.02),
}


class Workforce:
    """Simulated rows: four facets, eight departments, thirty numbers."""

    def __init__(self, rows: int, rows_each: int) -> None:
        rng = np.random.default_rng(0)
        people = rows // rows_each
        self.person = np.repeat(np.arange(people), rows_each)
        truth = np.repeat(rng.beta(1, 6, people), rows_each)
        self.label = (rng.random(len(truth)) < truth).astype(np.int64)
        self.risk = np.clip(truth + rng.normal(0, 0.05, len(truth)), 0, 1)
        self.facets = pl.DataFrame(
            {
                name: np.repeat(
                    rng.choice(list("abcdef")[: len(shares)], people, p=shares), rows_each
                )
                for name, shares in FACETS.items()
            }
        )
        department = np.repeat(rng.choice(list("ABCDEFGH"), people), rows_each)
        self.strata = pl.Series("Department", department)
        numbers = rng.normal(size=(len(truth), 30))
        self.features = pl.DataFrame({f"x{at}": column for at, column in enumerate(numbers.T)})


def table_alone(data: Workforce) -> None:
    rows = AuditRows.of(data.label, data.risk, data.person, alert_from=ALERT_FROM)
    known = [grouping(facet) for facet in data.facets]
    strata, rng = data.strata.rank("dense").to_numpy(), np.random.default_rng(0)
    for one in known:
        table = group_table(rows, one, strata)
        drawn = table.draw(DRAWS, rng)
        group_figures(table, drawn)
        facet_metrics(table, drawn, (NO_FLIPS,) * len(one.names), has_strata=True)
        impact_tables(rows, one)
    for one, other in combinations(known, 2):
        pair = crossed(one, other)
        table = group_table(rows, pair)
        group_figures(table, table.draw(DRAWS, rng), fewest_people=10)
        if one.facet == "Gender":
            impact_tables(rows, pair)


def flips_alone(data: Workforce) -> None:
    flagged = (data.risk >= ALERT_FROM).astype(np.int64)
    for facet in data.facets:
        flip_tests(data.features, flagged, grouping(facet), np.random.default_rng(0))


def proxies_alone(data: Workforce) -> None:
    for facet in data.facets:
        proxy_tests(data.features, data.person, grouping(facet), np.random.default_rng(0))


def clarify(data: Workforce) -> None:
    """Run every metric of smclarify but the flip test, once for each group."""
    stays = pd.Series(data.label == 0)
    clear = pd.Series(data.risk < ALERT_FROM)
    metrics = [m for m in PRETRAINING_METRICS + POSTTRAINING_METRICS if m.__name__ != "FT"]
    for facet in data.facets:
        values = pd.Series(facet.to_list())
        for group in sorted(set(facet)):
            for metric in metrics:
                call_metric(
                    metric,
                    feature=values,
                    sensitive_facet_index=values == group,
                    label=stays,
                    positive_label_index=stays,
                    predicted_label=clear,
                    positive_predicted_label_index=clear,
                    group_variable=pd.Series(data.strata.to_list()),
                )


def seconds(work: Callable[[Workforce], None], data: Workforce, runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        work(data)
        found.append(time.perf_counter() - started)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rows-each", type=int, default=1)
    options = parser.parse_args()
    data = Workforce(options.rows, options.rows_each)
    alone, flips, proxies = (
        seconds(work, data, RUNS) for work in (table_alone, flips_alone, proxies_alone)
    )
    theirs = seconds(clarify, data, 1)
    title = f"{options.rows:,} rows, {options.rows_each} a person, 4 facets, {DRAWS} draws"
    table = Table("work", "median s", "least", "most", "runs", title=title)
    for name, found in (
        ("table", alone),
        ("flip test", flips),
        ("proxy test", proxies),
        ("smclarify without flip test, no intervals", theirs),
    ):
        middle = statistics.median(found)
        table.add_row(
            name, *(f"{v:.2f}" for v in (middle, min(found), max(found))), str(len(found))
        )
    ratio = theirs[0] / statistics.median(alone)
    Console(width=100).print(table, f"smclarify takes {ratio:.0f} times as long as our table.")


if __name__ == "__main__":
    main()
