"""The people a model is made for: who is there when it is trained, as they are then."""

from datetime import datetime

import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.ports.feature_store import EVENT_TIME, TOKEN

_ROW = "_row"
FEWEST_SHARE = 0.1
"""With fewer of all people at the newest time, times are each person's own and say nothing."""


def current_people(
    features: pl.DataFrame, schema: WorkforceSchema, *, until: datetime | None = None
) -> pl.DataFrame:
    """Return the newest row of everyone who is still in the newest snapshot, by token.

    Later answers are held against these rows, and not against all years of a panel: a workforce
    grows older, and would seem to have drifted on its model's first day. ``until`` leaves out what
    came later. A cross-section is returned whole.
    """
    if not schema.is_panel:
        return features
    known = features.select(TOKEN, EVENT_TIME).with_row_index(_ROW)
    if until is not None:
        known = known.filter(pl.col(EVENT_TIME) <= until)
    newest = known.sort(TOKEN, EVENT_TIME).unique(TOKEN, keep="last", maintain_order=True)
    counts = known.group_by(EVENT_TIME).len().sort(EVENT_TIME)
    whole = counts.filter(pl.col("len") >= pl.col("len").median() / 2).get_column(EVENT_TIME)
    current = newest if whole.is_empty() else newest.filter(pl.col(EVENT_TIME) >= whole[-1])
    chosen = current if current.height >= FEWEST_SHARE * newest.height else newest
    return features[chosen.get_column(_ROW)]
