"""What became of the people who were answered about, as far as it is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import polars as pl

from stayline.modelling.dataset import PERSON
from stayline.modelling.treatment import treatments, with_treatment
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.labelled_quality import IS_RIPE, LEAST_LABELLED, ripe_by
from stayline.modelling.watching.labels import LABEL, covered_until, labelled
from stayline.modelling.watching.monitors import persons
from stayline.ports.answer_book import AnswerBook
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import EVENT_TIME
from stayline.ports.outcome_book import OutcomeBook

COHORT = timedelta(days=30)
"""Quality is measured on the newest answers of so many days whose horizon has passed."""


class Outcomes:
    """All outcomes known at one time, put to the answers they are about."""

    def __init__(self, outcomes: OutcomeBook, baselines: Baselines, now: datetime) -> None:
        self._events = outcomes.of_events(now)
        self._people = outcomes.of_people(now)
        self._baselines = baselines
        self._now = now
        is_of_people = baselines.horizon_months is not None
        day = covered_until(self._people) if is_of_people else None
        self._until = now if day is None else datetime.combine(day, time(), UTC)

    def of(self, answered: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with ``label`` (null where unknown) and ``is_ripe``, in their order.

        ``answered`` has ``event_id``, ``inference_id``, ``inferred_at`` and ``token``. A label by
        event counts once its own horizon has passed; how long ago the people were seen last says
        something of the other rows alone.
        """
        rows = labelled(
            answered,
            events=self._events,
            people=self._people,
            horizon_months=self._baselines.horizon_months,
        ).frame
        by_now, by_people = (
            ripe_by(rows.get_column("inferred_at"), self._baselines.schema, known_until=until)
            for until in (self._now, self._until)
        )
        ripe = pl.when(self._has_event()).then(by_now).otherwise(by_people)
        return rows.with_columns(ripe.alias(IS_RIPE))

    def cohort(
        self, answers: AnswerBook, decisions: DecisionBook, *, version: int
    ) -> pl.DataFrame | None:
        """Return the newest answers of a version whose horizon has passed; None without any.

        With ``label``, ``is_ripe``, ``person`` and ``is_treated``. Answers after the time until
        which the people were seen are taken where at least 80 % of them have a label by event.
        """
        span = answers.times(model_version=version)
        if span is None or not (self._events or self._people):
            return None
        end, rows = self._newest(answers, span[1], version)
        if rows.is_empty():
            return None
        given = treatments(decisions.between(end - COHORT, self._now + timedelta(days=1)))
        marked = self.of(rows).with_columns(
            pl.col("inferred_at").alias(EVENT_TIME),
            pl.Series(PERSON, persons(rows.get_column("token"))),
        )
        return with_treatment(marked, given, self._baselines.schema)

    def _newest(
        self, answers: AnswerBook, last: datetime, version: int
    ) -> tuple[datetime, pl.DataFrame]:
        """Return the rows of the cohort, and the time before which they were answered."""
        months = self._baselines.horizon_months or 0
        passed = pl.Series([self._now, self._until]).dt.offset_by(f"-{months}mo")
        newest, covered = (min(at, last) + timedelta(microseconds=1) for at in passed)
        for end in _back(newest, covered):
            rows = answers.between(end - COHORT, end, model_version=version)
            if rows.height and rows.select(self._has_event().mean()).item() >= LEAST_LABELLED:
                return end, rows
        return covered, answers.between(covered - COHORT, covered, model_version=version)

    def _has_event(self) -> pl.Expr:
        ids = list(self._events)
        return pl.any_horizontal(
            pl.col(name).is_in(ids).fill_null(value=False) for name in ("event_id", "inference_id")
        )


def _back(newest: datetime, oldest: datetime) -> Iterator[datetime]:
    """Return the ends of cohorts after the oldest one, the newest first."""
    while newest > oldest:
        yield newest
        newest -= COHORT


def ripe_label(rows: pl.DataFrame) -> pl.Series:
    """Return the labels of `Outcomes.of` that may be counted: those of ripe rows."""
    return rows.select(pl.when(pl.col(IS_RIPE)).then(pl.col(LABEL)).alias(LABEL)).to_series()
