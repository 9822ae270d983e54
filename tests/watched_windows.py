"""Windows as the monitors would tell of them: real statistics, and findings made to measure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.data_statistics import Statistics
from stayline.modelling.feature_statistics import feature_statistics

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
WORDS = ("Sales", "Research & Development", "Human Resources", "Legal", "Field service 夜", "Lab")


def columns(features: int) -> tuple[Column, ...]:
    """Return so many features, every third one of words."""
    names = ("MonthlyIncome", "YearsAtCompany", "JobRole", "DistanceFromHome", "Overtime", "Team")
    return tuple(
        Column(
            f"{names[at % 6]}{at // 6 or ''}",
            Kind.CATEGORY if at % 3 == 2 else Kind.NUMBER,
            Role.FEATURE,
        )
        for at in range(features)
    )


def frame(features: int, rows: int, seed: int, *, shift: float = 0.0) -> pl.DataFrame:
    """Return rows of these features; the first number and the first words are shifted."""
    rng = np.random.default_rng(seed)
    found = {}
    for at, column in enumerate(columns(features)):
        moved = shift if at in (0, 2) else 0.0
        if column.kind is Kind.CATEGORY:
            weights = np.array([0.45 - moved / 4, 0.3, 0.15 + moved / 4, 0.07, 0.029, 0.001])
            found[column.name] = rng.choice(WORDS, rows, p=weights)
        elif at % 2:
            found[column.name] = rng.poisson(6, rows).astype(float)
        else:
            found[column.name] = rng.lognormal(8.5 + moved / 2, 0.5, rows)
    return pl.DataFrame(found)


def statistics(features: int, rows: int, seed: int, *, shift: float = 0.0) -> Statistics:
    return feature_statistics(frame(features, rows, seed, shift=shift), columns(features))


def finding(monitor: Monitor, subject: str, metric: str, value: float, **given) -> Finding:
    """Return a finding with a band of a tenth of a threshold, judged by it unless told."""
    limit = given.pop("threshold", 0.2)
    verdict = given.pop("verdict", Verdict.FAIL if value > (limit or 9) else Verdict.PASS)
    room = 0.1 * (limit or 0.2)
    told = Finding(
        monitor, "baseline_drift_check", verdict, f"{value:.3f} against {limit}.", subject, metric,
        value, value - room, value + room, limit, n=1000,
    )  # fmt: skip
    return replace(told, **given)


def window(weeks: int, features: int = 30, *, drift_from: int = 10**6) -> Watched:
    """Return the window of so many weeks after the first; two features drift from a week on."""
    rng = np.random.default_rng(1000 + weeks)
    found = []
    for at, column in enumerate(columns(features)):
        value = float(rng.beta(2, 30))
        if weeks >= drift_from and at in (0, 2):
            value += 0.3
        found.append(finding(Monitor.DATA, column.name, "psi", value))
        told = float(rng.beta(2, 20))
        found.append(finding(Monitor.DATA, column.name, "wasserstein", told, threshold=None))
    found += [
        finding(Monitor.QUALITY, "estimated", "auc", 0.8 - rng.random() / 20, threshold=0.7,
                verdict=Verdict.PASS, baseline=0.81),
        finding(Monitor.QUALITY, "known outcomes", "recall", 0.4, threshold=0.35, baseline=0.45,
                verdict=Verdict.INSUFFICIENT, low=0.2, high=0.6, reason="12 people left."),
        finding(Monitor.BIAS, "Gender = Female", "bias_metric_DPPL", float(rng.normal(0.02, 0.01)),
                threshold=0.05, baseline=0.03),
        finding(Monitor.ATTRIBUTION, "", "ndcg", 0.97, threshold=0.9, verdict=Verdict.PASS),
        *(
            finding(Monitor.ATTRIBUTION, c.name, "mean_abs_shap", float(rng.beta(2, 9)),
                    threshold=None, baseline=0.2)
            for c in columns(features)
        ),
    ]  # fmt: skip
    start = MONDAY + weeks * WEEK
    faults = {"torn line": 1, "duplicate event": 12}
    intake = Intake(lines=1013, rows=1000, faults=faults, empty_hours=3)
    return Watched(Window(start, start + WEEK), 3, "sha256:" + "ab" * 32, intake, tuple(found))
