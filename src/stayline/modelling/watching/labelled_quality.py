"""How good the flags were, once the labels are there, without the bias of those that come early."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.model_quality import Figure, ModelQualityStatistics
from stayline.modelling.dataset import PERSON, label_known_at
from stayline.modelling.evaluation import LEVEL, Estimate, roc_auc_estimate
from stayline.modelling.fairness import rates
from stayline.modelling.fairness.tables import AuditRows, Grouping, group_table
from stayline.modelling.model_quality import model_quality
from stayline.ports.feature_store import LABEL

RISK, IS_RIPE, IS_TREATED = "risk", "is_ripe", "is_treated"
WITH_LABELS, WITHOUT_TREATED = "with labels", "with labels, without treated people"
FEWEST_PEOPLE = 10
"""Who left, and who stayed, before a figure is judged."""
LEAST_LABELLED = 0.8
"""The share of ripe rows that need a label: the others may be other people."""
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
_RATES = {
    "recall": rates.RECALL,
    "precision": rates.PRECISION,
    "accuracy": rates.ACCURACY,
    "true_positive_rate": rates.RECALL,
    "true_negative_rate": rates.CLEAR_OF_STAYING,
    "false_positive_rate": rates.FALSE_POSITIVE_RATE,
    "share_flagged": rates.SELECTION_RATE,
    "share_left": rates.BASE_RATE,
}


@dataclass(frozen=True, slots=True)
class LabelledQuality:
    """The figures of the rows that may count, and why others may not.

    ``n`` rows of ``people`` count, ``positives`` of them left. ``unripe`` rows were left out since
    their horizon has not passed, ``unlabelled`` ones are ripe and have no label. ``statistics`` is
    the documented form, None where only one outcome is there. ``figures`` have intervals: Wilson's
    for rates, two of the documented standard deviations for ``auc`` and the F scores, from 200 rows
    on; on fewer, draws of people for ``auc`` and none for the F scores. ``lacking`` says what is
    missing before anything is judged; empty when it is enough.
    """

    subject: str
    n: int
    people: int
    positives: int
    unripe: int
    unlabelled: int
    statistics: ModelQualityStatistics | None
    figures: Mapping[str, Estimate]
    lacking: str


def ripe_by(times: pl.Series, schema: WorkforceSchema, *, known_until: datetime) -> pl.Series:
    """Return which answers of these times have a label that can be told for stayers, too.

    ``known_until`` is the time up to which outcomes are known, which is rarely today.
    """
    return label_known_at(times, schema) <= known_until


def labelled_qualities(
    rows: pl.DataFrame, *, alert_from: float, rng: np.random.Generator
) -> tuple[LabelledQuality, ...]:
    """Return the figures of everybody and, where ``is_treated`` marks any, of the others alone.

    Who got an action and stayed may have stayed because of it: with them the model looks worse than
    it is, and without them one looks at other people than it serves. So both are told.
    """
    every = labelled_quality(rows, alert_from=alert_from, rng=rng)
    if IS_TREATED not in rows.columns or not rows.get_column(IS_TREATED).any():
        return (every,)
    others = rows.filter(~pl.col(IS_TREATED))
    return every, labelled_quality(others, alert_from=alert_from, rng=rng, subject=WITHOUT_TREATED)


def labelled_quality(
    rows: pl.DataFrame,
    *,
    alert_from: float,
    rng: np.random.Generator,
    subject: str = WITH_LABELS,
) -> LabelledQuality:
    """Return the figures of flagging whoever had a risk of ``alert_from`` or more.

    ``rows`` has ``risk``, ``label`` (true for who left, null where unknown), ``person`` and
    ``is_ripe``. A leaver's label is known at once, a stayer's when the horizon has passed: rows
    that are not ripe are left out, labelled or not, since those labelled early are leavers.
    """
    ripe = rows.filter(pl.col(IS_RIPE))
    known = ripe.drop_nulls(LABEL)
    label = known.get_column(LABEL).cast(pl.Int64).to_numpy()
    risk = known.get_column(RISK).to_numpy()
    person = np.unique(known.get_column(PERSON).to_numpy(), return_inverse=True)[1]
    statistics, figures = None, {}
    if 0 < label.sum() < len(label):
        statistics = model_quality(label, risk, person, alert_from=alert_from, rng=rng)
        figures = {**_shares(label, risk, person, alert_from), **_with_spread(statistics)}
        if "auc" not in figures:
            figures["auc"] = roc_auc_estimate(label, risk, person, rng)
    return LabelledQuality(
        subject=subject,
        n=len(label),
        people=len(np.unique(person)),
        positives=int(label.sum()),
        unripe=len(rows) - len(ripe),
        unlabelled=len(ripe) - len(known),
        statistics=statistics,
        figures=figures,
        lacking=_lacking(label, person, len(ripe)),
    )


def _shares(
    label: np.ndarray, risk: np.ndarray, person: np.ndarray, alert_from: float
) -> dict[str, Estimate]:
    rows = AuditRows.of(label, risk, person, alert_from=alert_from)
    table = group_table(rows, Grouping("everybody", ("everybody",), np.zeros(len(label), int)))
    told = {name: rates.of_groups(table, rate).estimate(0) for name, rate in _RATES.items()}
    figures = {name: figure for name, figure in told.items() if figure is not None}
    found = figures["recall"]
    missed = Estimate(1 - found.value, 1 - found.high, 1 - found.low)
    return {**figures, "false_negative_rate": missed}


def _with_spread(statistics: ModelQualityStatistics) -> dict[str, Estimate]:
    """Return what has a spread among the figures that are no rates of rows."""
    told = {}
    for name in ("auc", "f0_5", "f1", "f2"):
        figure: Figure = getattr(statistics.binary_classification_metrics, name)
        if figure.value != "NaN" and figure.standard_deviation not in ("NaN", 0.0):
            value, reach = float(figure.value), _Z * float(figure.standard_deviation)
            told[name] = Estimate(value, max(0.0, value - reach), min(1.0, value + reach))
    return told


def _lacking(label: np.ndarray, person: np.ndarray, ripe: int) -> str:
    if len(label) < LEAST_LABELLED * ripe:
        return (
            f"Of {ripe:,} rows whose horizon has passed {len(label):,} have a label; at least "
            f"{LEAST_LABELLED:.0%} are needed, since the others may be other people."
        )
    left, stayed = (len(np.unique(person[label == kind])) for kind in (1, 0))
    if min(left, stayed) < FEWEST_PEOPLE:
        return (
            f"Of the people whose horizon has passed {left:,} left and {stayed:,} stayed; at least "
            f"{FEWEST_PEOPLE} of each are needed."
        )
    return ""
