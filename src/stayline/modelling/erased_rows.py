"""Rows of people who were erased, left out of what is imported."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

import polars as pl

from stayline.modelling.parting import PartedRows
from stayline.ports.feature_store import TOKEN


def without_erased(parted: PartedRows, erased: AbstractSet[str]) -> tuple[PartedRows, int]:
    """Return the rows of all others, keyed by token, and how many were left out."""
    if not erased:
        return parted, 0
    is_other = ~pl.col(TOKEN).is_in(sorted(erased))
    kept = replace(
        parted,
        features=parted.features.filter(is_other),
        outcomes=None if parted.outcomes is None else parted.outcomes.filter(is_other),
        protected=parted.protected.filter(is_other),
        directory=parted.directory.filter(is_other),
    )
    return kept, parted.directory.height - kept.directory.height
