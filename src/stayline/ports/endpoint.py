"""Where the deployed model answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction


@dataclass(frozen=True, slots=True)
class Invocation:
    """The predictions of one call and the model that made them."""

    model: ModelIdentity
    predictions: tuple[Prediction, ...]


class Endpoint(Protocol):
    """Answers with the deployed model; raises `NothingDeployed` when there is none.

    A deployed model whose package is damaged does not stop the one that answered before it; without
    such a one, `PackageRefused` is raised.
    """

    def invoke(
        self, rows: Sequence[Mapping[str, FieldValue]], *, as_of: Sequence[datetime]
    ) -> Invocation:
        """Return one prediction with reasons per row.

        A row maps model inputs to checked values (None is missing); ``as_of`` is when each was
        true, needed to turn dates into durations.
        """
        ...

    def score(self, frame: pl.DataFrame) -> tuple[ModelIdentity, pl.DataFrame]:
        """Return ``token``, ``risk`` and ``band`` for a whole frame of features, in its order."""
        ...

    def model(self) -> ModelIdentity:
        """Return the model that answers: the deployed one, or the last one that could be loaded."""
        ...

    def inputs(self) -> tuple[str, ...]:
        """Return the model inputs of the model that answers, in order."""
        ...
