"""How good the answers of some time were, of the people of whom it is known what became of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import numpy as np
import polars as pl

from stayline.domain.decisions import Decision
from stayline.domain.outcomes import PersonOutcome
from stayline.modelling.dataset import PERSON
from stayline.modelling.treatment import treatments, with_treatment
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.labelled_quality import (
    IS_RIPE,
    LabelledQuality,
    labelled_qualities,
    ripe_by,
)
from stayline.modelling.watching.labels import covered_until, labelled
from stayline.modelling.watching.monitors import persons
from stayline.ports.feature_store import EVENT_TIME

_SEED = 0


def quality_of_answers(
    answered: pl.DataFrame,
    *,
    events: Mapping[str, bool],
    people: Sequence[PersonOutcome],
    decisions: Sequence[Decision],
    baselines: Baselines,
    now: datetime,
) -> tuple[LabelledQuality, ...]:
    """Return the figures of everybody and, where some were treated, of the others alone.

    ``answered`` is what the `AnswerBook` returns. Equal answers give equal figures.
    """
    rows = labelled(
        answered, events=events, people=people, horizon_months=baselines.horizon_months
    ).frame
    day = None if baselines.horizon_months is None else covered_until(people)
    known_until = now if day is None else datetime.combine(day, time(), UTC)
    times = rows.get_column("inferred_at")
    marked = rows.with_columns(
        ripe_by(times, baselines.schema, known_until=known_until).alias(IS_RIPE),
        times.alias(EVENT_TIME),
        pl.Series(PERSON, persons(rows.get_column("token"))),
    )
    return labelled_qualities(
        with_treatment(marked, treatments(decisions), baselines.schema),
        alert_from=baselines.alert_from,
        rng=np.random.default_rng(_SEED),
    )
