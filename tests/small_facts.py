"""A small workforce's schema and facts, for stores that have to hold some."""

from datetime import datetime

import polars as pl

from stayline.domain.workforce_schema import (
    Column,
    Kind,
    LabelColumn,
    Role,
    WorkforceSchema,
    workforce_schema,
)


def small_schema() -> WorkforceSchema:
    return workforce_schema(
        name="small",
        record_identifier="id",
        columns=[
            Column("id", Kind.CATEGORY, Role.IDENTITY),
            Column("pay", Kind.NUMBER, Role.FEATURE),
            Column("left", Kind.FLAG, Role.OUTCOME),
        ],
        outcome=LabelColumn("left", ("Yes",)),
    )


def small_facts(at: datetime, **pay_of: float) -> pl.DataFrame:
    """Return one fact a person, each by the letter that its token is made of."""
    return pl.DataFrame(
        {
            "token": [letter * 32 for letter in pay_of],
            "event_time": pl.Series([at] * len(pay_of), dtype=pl.Datetime("us", "UTC")),
            "pay": pl.Series(list(pay_of.values()), dtype=pl.Float64),
        }
    )
