"""What was known of a person at an instant: a join over facts with two clocks."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from stayline.ports.feature_store import AS_OF, EVENT_TIME, INSTANT, KNOWN_BY, TOKEN, WRITE_TIME

_Positions = npt.NDArray[np.int64]


def facts_known(spine: pl.DataFrame, clocks: pl.DataFrame) -> pl.Series:
    """Return, for each spine row, the position in ``clocks`` of what was known then, or null.

    Of the facts with ``event_time <= as_of`` and ``write_time <= known_by`` the one with the latest
    event time, then the latest write. First an as-of join on event time alone; then each row whose
    fact was written too late steps back one fact of the same token, until none has to. A row
    without one of its times knows nothing.
    """
    known_by = pl.col(KNOWN_BY if KNOWN_BY in spine.columns else AS_OF).cast(INSTANT)
    asked = spine.select(
        TOKEN, pl.col(AS_OF).cast(INSTANT), known_by.alias(KNOWN_BY), _row=pl.int_range(pl.len())
    ).drop_nulls([TOKEN, AS_OF, KNOWN_BY])
    ordered = (
        clocks.with_row_index("_at")
        .join(asked.select(TOKEN), on=TOKEN, how="semi")
        .sort(TOKEN, EVENT_TIME, WRITE_TIME)
    )
    if ordered.is_empty():
        return pl.Series("_at", [None] * spine.height, dtype=pl.Int64)
    matched = (
        asked.sort(AS_OF)
        .join_asof(
            ordered.select(TOKEN, EVENT_TIME, _fact=pl.int_range(pl.len())).sort(
                EVENT_TIME, "_fact"
            ),
            left_on=AS_OF,
            right_on=EVENT_TIME,
            by=TOKEN,
            check_sortedness=False,
        )
        .drop_nulls("_fact")
    )
    position = _step_back(
        matched["_fact"].to_numpy().astype(np.int64),
        known_by=matched[KNOWN_BY].dt.epoch("us").to_numpy(),
        written=ordered[WRITE_TIME].dt.epoch("us").to_numpy(),
        starts=ordered[TOKEN].ne_missing(ordered[TOKEN].shift(1)).to_numpy(),
    )
    found = np.full(spine.height, -1, np.int64)
    kept = position >= 0
    found[matched["_row"].to_numpy()[kept]] = ordered["_at"].to_numpy()[position[kept]]
    return pl.Series("_at", found).replace(-1, None)


def _step_back(
    position: _Positions,
    *,
    known_by: _Positions,
    written: _Positions,
    starts: npt.NDArray[Any],
) -> _Positions:
    """Move each row to the last fact at or before its own that was written in time, or to -1."""
    late = np.flatnonzero(written[position] > known_by)
    while len(late):
        at = position[late]
        position[late] = np.where(starts[at], -1, at - 1)
        late = late[~starts[at]]
        late = late[written[position[late]] > known_by[late]]
    return position
