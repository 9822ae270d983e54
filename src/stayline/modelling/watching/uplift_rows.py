"""One row per scored person, as the table of actions taken needs it."""

import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.modelling.dataset import label_known_at
from stayline.modelling.treatment import TREATED_AT
from stayline.modelling.watching.labelled_quality import IS_RIPE
from stayline.modelling.watching.uplift import LEFT_AFTER, TREATED_AFTER
from stayline.ports.feature_store import LEFT_ON, TOKEN

SCORED_AT = "scored_at"
_KNOWN_AT, _LEFT_AT = "_known_at", "_left_at"


def uplift_rows(
    scored: pl.DataFrame, treated: pl.DataFrame, leavings: pl.DataFrame, schema: WorkforceSchema
) -> pl.DataFrame:
    """Return each person's first score with the days from it to an action and to the leaving.

    ``scored`` has ``token``, ``scored_at``, ``risk``, ``is_ripe``, ``label`` and whatever else is
    to be compared; ``treated`` is what `treatments` returns; ``leavings`` has ``token`` and
    ``left_on``, voluntary ones. Counted is what came after the score and within the horizon, the
    first of each.
    """
    first = scored.sort(SCORED_AT, TOKEN).unique(TOKEN, keep="first", maintain_order=True)
    known_at = label_known_at(first.get_column(SCORED_AT), schema).alias(_KNOWN_AT)
    at = pl.col(LEFT_ON).cast(scored.schema[SCORED_AT]).alias(_LEFT_AT)
    base = first.with_columns(known_at, pl.col(IS_RIPE).cast(pl.Boolean))
    return (
        base.join(_days(base, treated, TREATED_AT, TREATED_AFTER), on=TOKEN, how="left")
        .join(_days(base, leavings.select(TOKEN, at), _LEFT_AT, LEFT_AFTER), on=TOKEN, how="left")
        .drop(_KNOWN_AT)
    )


def _days(base: pl.DataFrame, events: pl.DataFrame, at: str, name: str) -> pl.DataFrame:
    """Return the days from each person's score to the first event within the horizon."""
    met = base.select(TOKEN, SCORED_AT, _KNOWN_AT).join(events.select(TOKEN, at), on=TOKEN)
    days = (pl.col(at) - pl.col(SCORED_AT)).dt.total_seconds() / 86_400
    near = met.filter(pl.col(at) > pl.col(SCORED_AT), pl.col(at) <= pl.col(_KNOWN_AT))
    return near.group_by(TOKEN).agg(days.min().alias(name))
