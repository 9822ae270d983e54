"""Which rows of a frame of features are about people of a rollout scope."""

import polars as pl

from stayline.domain.rollout_scope import RolloutScope


def in_scope(scope: RolloutScope) -> pl.Expr:
    """Return true for the rows that `RolloutScope.includes` includes; never null."""
    fits = (
        pl.col(name).is_in(list(allowed)).fill_null(value=False) for name, allowed in scope.where
    )
    return pl.all_horizontal(pl.lit(not scope.closed), *fits)
