"""Where the deployed model answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction


class Variant(Protocol):
    """One model at work; whatever is asked of it is answered by this very model."""

    @property
    def name(self) -> str:
        """What the answer calls it, ``version-3``."""
        ...

    @property
    def model(self) -> ModelIdentity:
        """Which model it is."""
        ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        ...

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input, in order, is taken as where it is missing; None for as missing."""
        ...

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        ...

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the inputs' values that are encoded to these cells; NaN and None are missing.

        Raises `RequestRefused` with every input whose cells no value gives.
        """
        ...

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row, with its reasons unless they are left out.

        A row maps model inputs to checked values (None is missing); ``as_of`` is when each was
        true, needed to turn dates into durations. Raises `EndpointUnavailable`.
        """
        ...

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order.

        Columns: ``token``, ``risk``, ``band``, ``base_risk``, and ``contributions``, an array per
        person in the order of `inputs`, in probability (float32).
        """
        ...


class Endpoint(Protocol):
    """Gives the deployed model to whoever asks; raises `NothingDeployed` when there is none.

    A deployed model whose package is damaged does not stop the one that answered before it; without
    such a one, `PackageRefused` is raised.
    """

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request.

        ``target`` asks for one by name; raises `UnknownVariant`. While a new version is on trial,
        requests of one ``affinity`` (a person) all go to the same variant.
        """
        ...
