"""What was known of a person at an instant: a join over facts with two clocks."""

import numpy as np
import polars as pl

from stayline.ports.feature_store import AS_OF, EVENT_TIME, KNOWN_BY, TOKEN, WRITE_TIME


def join_as_of(spine: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the spine's rows, in order, each with the fact that was known of its token then.

    Of the facts with ``event_time <= as_of`` and ``write_time <= known_by`` the one with the latest
    event time, then the latest write. First an as-of join on event time alone; then each row whose
    fact was written too late steps back one fact of the same token, until none has to.
    """
    facts = facts.sort(TOKEN, EVENT_TIME, WRITE_TIME)
    placed = facts.select(TOKEN, EVENT_TIME, pl.int_range(pl.len()).alias("_fact"))
    asked = spine.select(TOKEN, AS_OF, pl.int_range(pl.len()).alias("_row")).sort(AS_OF)
    matched = (
        asked.join_asof(
            placed.sort(EVENT_TIME, "_fact"), left_on=AS_OF, right_on=EVENT_TIME, by=TOKEN
        )
        .sort("_row")
        .get_column("_fact")
    )
    position = matched.fill_null(-1).to_numpy().astype(np.int64)
    known_by = spine.get_column(KNOWN_BY if KNOWN_BY in spine.columns else AS_OF)
    position = _step_back(
        position,
        known_by=known_by.dt.epoch("us").to_numpy(),
        written=facts[WRITE_TIME].dt.epoch("us").to_numpy(),
        starts=facts[TOKEN].ne_missing(facts[TOKEN].shift(1)).to_numpy(),
    )
    chosen = pl.Series("_fact", position).replace(-1, None)
    values = facts.drop(TOKEN)[chosen.fill_null(0)] if facts.height else facts.drop(TOKEN)
    if not facts.height:
        values = pl.DataFrame(
            {name: pl.Series([None] * spine.height, dtype=kind) for name, kind in values.schema.items()}
        )
    found = values.select(
        pl.when(chosen.is_not_null()).then(pl.col(name)).alias(name) for name in values.columns
    )
    return pl.concat([spine, found], how="horizontal")


def _step_back(
    position: np.ndarray, *, known_by: np.ndarray, written: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Move each row to the last fact at or before its own that was written in time, or to -1."""
    late = np.flatnonzero((position >= 0) & (written[position] > known_by)) if len(written) else []
    while len(late):
        at = position[late]
        position[late] = np.where(starts[at], -1, at - 1)
        still = position[late]
        late = late[(still >= 0) & (written[still] > known_by[late])]
    return position
