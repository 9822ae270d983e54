"""The groups that answered rows belong to, by the attributes that were true at that time."""

import polars as pl

from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.modelling.fairness.facets import facet_columns
from stayline.modelling.watching.bias_baseline import BiasBaseline
from stayline.ports.feature_store import EVENT_TIME, TOKEN


def facets_at(
    frame: pl.DataFrame, attributes: pl.DataFrame, schema: WorkforceSchema, bias: BiasBaseline
) -> pl.DataFrame:
    """Return the groups (n, attributes) of ``frame``'s rows, cut as they were in the baseline.

    ``frame`` is that of `people_once`; ``attributes`` has ``token``, ``event_time`` and a text
    column per attribute, and may tell of a person more than once: what was true at the time of an
    answer counts, and nothing that came later.
    """
    known = (
        frame.select(TOKEN, pl.col(EVENT_TIME))
        .with_row_index("_row")
        .sort(EVENT_TIME)
        .join_asof(
            attributes.drop_nulls(TOKEN).sort(EVENT_TIME),
            on=EVENT_TIME,
            by=TOKEN,
            check_sortedness=False,
        )
        .sort("_row")
    )
    return facet_columns(
        known,
        schema.with_role(Role.PROTECTED),
        event_time=frame.get_column(EVENT_TIME),
        protected_age_from=schema.protected_age_from,
        known=bias.known,
    )
