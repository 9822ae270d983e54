"""Whoever scores shares of everyone somewhere else than in this process."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.risk_score import ModelIdentity
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.token_ranges import TokenRange

IS_EMPLOYED = "is_employed"
IS_INSIDE = "is_inside"


@dataclass(frozen=True, slots=True)
class PeopleToScore:
    """The people of a range of tokens who are in a scope, as of a time.

    Less those of the range who are ``gone`` or have ``opted_out`` (tokens).
    """

    tokens: TokenRange
    scope: RolloutScope
    gone: pl.Series
    opted_out: pl.Series
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoredPeople:
    """Some people by token, and the scores of those who were to be scored.

    ``people`` has ``token``, ``is_employed`` and ``is_inside`` (employed and in the scope) of
    everybody among them, ``scored`` is what a variant's ``score`` returns of those scored,
    ``values`` their ``token`` and the model's inputs in order.
    """

    people: pl.DataFrame
    scored: pl.DataFrame
    values: pl.DataFrame
    at: datetime


class PeopleScorer(Protocol):
    """Reads people's newest features where they are kept, and scores them."""

    def scored(
        self, model: ModelIdentity, parts: Iterable[PeopleToScore]
    ) -> Iterator[ScoredPeople]:
        """Yield each part's scores by this model, in the order of the parts.

        Parts are asked for a few ahead of what is yielded. Raises what `Cluster.results` raises,
        `PackageRefused`, and what a feature store raises that cannot be read.
        """
        ...
