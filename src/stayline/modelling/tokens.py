"""Tokens in the place of HR ids, for whole frames."""

from dataclasses import replace

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.modelling.parting import PartedRows
from stayline.modelling.validation import HR_ID
from stayline.ports.feature_store import TOKEN


class TokenBook:
    """Turns HR ids into tokens, each once an import."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, EmployeeToken] = {}

    def replace_ids(self, parted: PartedRows) -> PartedRows:
        """Return the frames keyed by token; only the directory keeps the HR id."""
        directory = parted.directory.with_columns(
            self._tokens(parted.directory[HR_ID]).alias(TOKEN),
            self._tokens(parted.directory["manager"]),
        )
        return replace(
            parted,
            features=self._keyed(parted.features),
            outcomes=None if parted.outcomes is None else self._keyed(parted.outcomes),
            protected=self._keyed(parted.protected),
            directory=directory,
        )

    def _keyed(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(self._tokens(frame[HR_ID])).rename({HR_ID: TOKEN})

    def _tokens(self, hr_ids: pl.Series) -> pl.Series:
        distinct = hr_ids.drop_nulls().unique()
        tokens = [
            self._known.get(hr_id) or self._known.setdefault(hr_id, pseudonym(self._key, hr_id))
            for hr_id in distinct
        ]
        return hr_ids.replace_strict(distinct, tokens, return_dtype=pl.String)
