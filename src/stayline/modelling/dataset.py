"""Snapshots with their labels: who left voluntarily within the horizon, as far as that is known."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import LeavingWithin, WorkforceSchema
from stayline.errors import TrainingRefused
from stayline.ports.feature_store import EVENT_TIME, LABEL, LEFT_ON, REASON, TOKEN

FEWEST_POSITIVES = 20
LATER_SHARE = 0.2
PERSON = "person"
WEIGHT = "training_weight"
_ROW, _DAY, _OWN, _LAST_SEEN = "_row", "_day", "_own_last_day", "_last_seen"


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Labelled snapshots; one row each, in the same order throughout.

    ``frame`` has the model inputs and ``event_time``; ``label`` is 1 for those who left; ``person``
    numbers people, so that one person never stands on both sides of a split. ``weight`` is how much
    each row counts in training, None for all alike.
    """

    frame: pl.DataFrame
    label: np.ndarray
    person: np.ndarray
    is_panel: bool
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def positives(self) -> int:
        """How many rows have label 1."""
        return int(self.label.sum())

    def take(self, rows: np.ndarray) -> "TrainingSet":
        """Return these rows (a mask or positions)."""
        positions = np.flatnonzero(rows) if rows.dtype == bool else rows
        return TrainingSet(
            self.frame[positions],
            self.label[positions],
            self.person[positions],
            self.is_panel,
            None if self.weight is None else self.weight[positions],
        )


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a model learns from, and the later rows it is tried on (None for a cross-section)."""

    development: TrainingSet
    later: TrainingSet | None


def parted_by_time(
    rows: pl.DataFrame, schema: WorkforceSchema, *, train_until: datetime | None = None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the labelled rows to learn from and, for a panel, the later ones to try the model on.

    A panel's last fifth of times (or all after ``train_until``) is held back; snapshots whose label
    looks into that part are left out of both. ``rows`` are by time, so both parts are slices of
    them, which take no memory. Raises `TrainingRefused` when there is too little to learn from.
    """
    if train_until is not None and not schema.is_panel:
        raise TrainingRefused(
            "a cross-section has one time only, so there is nothing later to hold back.",
            "Leave out --train-until.",
        )
    if not schema.is_panel:
        return enough(rows), None
    times = rows.get_column(EVENT_TIME)
    edge = train_until or _default_edge(times)
    development = rows.head(int((label_known_at(times, schema) <= edge).sum()))
    later = rows.tail(int((times > edge).sum()))
    return enough(development), None if later.is_empty() else later


def enough(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, or raise `TrainingRefused` when too few left, or stayed, to learn from."""
    positives = int(rows.get_column(LABEL).sum())
    stayed = len(rows) - positives
    if min(positives, stayed) < FEWEST_POSITIVES:
        raise TrainingRefused(
            f"of {len(rows)} rows with a known outcome {positives} left and {stayed} stayed; "
            f"at least {FEWEST_POSITIVES} of each are needed.",
            "Import more history, or choose a longer horizon.",
        )
    return rows


def label_known_at(times: pl.Series, schema: WorkforceSchema) -> pl.Series:
    """Return when the label of a snapshot of each of these times is known."""
    if isinstance(schema.outcome, LeavingWithin):
        return times.dt.offset_by(f"{schema.outcome.horizon_months}mo")
    return times


def without_people(features: pl.DataFrame, tokens: AbstractSet[EmployeeToken]) -> pl.DataFrame:
    """Return the rows of everyone else."""
    return features.filter(~pl.col(TOKEN).is_in(sorted(tokens)))


def labelled_rows(
    features: pl.DataFrame, outcomes: pl.DataFrame, schema: WorkforceSchema
) -> pl.DataFrame:
    """Return every snapshot whose label is known, by time and token.

    Columns: ``token``, ``event_time``, ``label`` (0 or 1), ``person`` (a number), and what the
    store keeps of the person: inputs and segments. With a leaving date: label 1 is a voluntary last
    day within the horizon after the snapshot; an involuntary one is 0. A snapshot whose horizon
    reaches beyond the last time in the data is left out, for those who left early, too: keeping
    them alone would overstate the risk. So is one of a person who is not seen again and has no last
    day: nobody knows whether they stayed. Raises `TrainingRefused` when nothing has an outcome.
    Values are fetched last, for rows that stay: of very many people they are most of the memory.
    """
    if features.is_empty() or outcomes.is_empty():
        raise TrainingRefused(
            "there are no rows with an outcome.", "Import an extract that holds the outcome."
        )
    snapshots = features.select(TOKEN, EVENT_TIME).with_row_index(_ROW)
    if isinstance(schema.outcome, LeavingWithin):
        found = _within_horizon(snapshots, outcomes, schema.outcome)
    else:
        known = outcomes.select(TOKEN, EVENT_TIME, LABEL)
        found = snapshots.join(known, on=[TOKEN, EVENT_TIME], how="inner")
    labelled = found.drop_nulls(LABEL).sort(EVENT_TIME, TOKEN)
    values = features.select(column.name for column in schema.stored_columns)
    return labelled.select(
        TOKEN,
        EVENT_TIME,
        pl.col(LABEL).cast(pl.Int8),
        pl.col(TOKEN).rank("dense").alias(PERSON),
    ).hstack(values[labelled.get_column(_ROW)])


def training_set(rows: pl.DataFrame, schema: WorkforceSchema) -> TrainingSet:
    """Return labelled rows as a model takes them: tokens and segments are left behind."""
    return TrainingSet(
        frame=rows.select(EVENT_TIME, *(column.name for column in schema.model_inputs)),
        label=rows.get_column(LABEL).to_numpy(),
        person=rows.get_column(PERSON).to_numpy(),
        is_panel=schema.is_panel,
        weight=rows.get_column(WEIGHT).to_numpy() if WEIGHT in rows.columns else None,
    )


def _within_horizon(
    snapshots: pl.DataFrame, outcomes: pl.DataFrame, outcome: LeavingWithin
) -> pl.DataFrame:
    end = pl.col(EVENT_TIME).dt.offset_by(f"{outcome.horizon_months}mo")
    last_seen = outcomes.group_by(TOKEN).agg(pl.col(EVENT_TIME).max().alias(_LAST_SEEN))
    own = outcomes.select(TOKEN, EVENT_TIME, pl.col(LEFT_ON).alias(_OWN))
    day = pl.col(EVENT_TIME).dt.date().alias(_DAY)
    leaves_in_time = pl.col(LEFT_ON).is_not_null() & (pl.col(LEFT_ON) <= end.dt.date())
    return (
        snapshots.join(own, on=[TOKEN, EVENT_TIME], how="left")
        .join(last_seen, on=TOKEN, how="left")
        .with_columns(day)
        .filter(end <= _known_until(outcomes), pl.col(_OWN).is_null() | (day < pl.col(_OWN)))
        .sort(_DAY)
        .join_asof(
            _last_days(outcomes).sort(LEFT_ON),
            left_on=_DAY,
            right_on=LEFT_ON,
            by=TOKEN,
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,  # both are sorted just above; by groups it cannot be checked
        )
        .filter(leaves_in_time | (pl.col(_LAST_SEEN) >= end))
        .with_columns((leaves_in_time & pl.col(REASON).is_in(outcome.voluntary)).alias(LABEL))
        .with_columns(pl.col(LABEL).fill_null(value=False))
        .drop(LEFT_ON, REASON, _LAST_SEEN, _OWN, _DAY)
    )


def _last_days(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return each person's last days that came true: token, left_on, reason.

    A last day stands when a row dated on or after it still tells it, or when no later row of the
    person takes it back. So a withdrawn resignation is none, and a rehired person may have two.
    """
    rows = outcomes.sort(TOKEN, EVENT_TIME)
    is_newest = pl.col(TOKEN).ne_missing(pl.col(TOKEN).shift(-1))
    has_passed = pl.col(EVENT_TIME).dt.date() >= pl.col(LEFT_ON)
    return (
        rows.filter(pl.col(LEFT_ON).is_not_null() & (is_newest | has_passed))
        .unique([TOKEN, LEFT_ON], keep="last", maintain_order=True)
        .select(TOKEN, LEFT_ON, REASON)
    )


def _known_until(outcomes: pl.DataFrame) -> datetime:
    """Return the last time at which the extract still covers most of the workforce.

    A few stray rows dated later must not make everybody else look as if they had stayed.
    """
    counts = outcomes.group_by(EVENT_TIME).len().sort(EVENT_TIME)
    usual = counts.filter(pl.col("len") >= pl.col("len").median() / 2)
    until: datetime = usual.get_column(EVENT_TIME)[-1]
    return until


def _default_edge(times: pl.Series) -> datetime | None:
    distinct = times.unique().sort()
    held_back = max(1, round(len(distinct) * LATER_SHARE))
    edge: datetime | None = distinct[-1 - held_back] if len(distinct) > held_back else None
    return edge
