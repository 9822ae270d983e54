"""Tokens in the place of HR ids, for whole frames."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken, key_fingerprint, pseudonym
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


def aliases_of(people: pl.DataFrame, earlier: Mapping[str, bytes]) -> pl.DataFrame:
    """Return what ``people`` (``token``, ``hr_id``) were called under earlier keys.

    ``earlier`` are keys by fingerprint. Columns: ``alias``, ``token``, ``fingerprint``.
    """
    distinct = people.select(TOKEN, HR_ID).unique(HR_ID, maintain_order=True)
    parts = [
        pl.DataFrame(
            {
                "alias": [pseudonym(key, hr_id) for hr_id in distinct[HR_ID]],
                TOKEN: distinct[TOKEN],
                "fingerprint": fingerprint,
            },
            {"alias": pl.String(), TOKEN: pl.String(), "fingerprint": pl.String()},
        )
        for fingerprint, key in earlier.items()
    ]
    return pl.concat(parts) if parts else pl.DataFrame()


def renames_of(people: pl.DataFrame, *, old: bytes, new: bytes) -> pl.DataFrame:
    """Return everyone's token under both keys; it is no matter which one ``people`` has.

    Columns as those of `aliases_of`.
    """
    distinct = people.select(HR_ID).unique(maintain_order=True)
    tokens = [pseudonym(new, hr_id) for hr_id in distinct[HR_ID]]
    named = distinct.with_columns(pl.Series(TOKEN, tokens, pl.String()))
    return aliases_of(named, {key_fingerprint(old): old})
