"""A variant that stands before another one and changes only what it must."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from stayline.domain.light_values import light_value
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.ports.endpoint import Variant


@light_value
class ForwardedVariant:
    """Hands every question on to the variant ``within``; override what is to be different."""

    within: Variant

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return self.within.name

    @property
    def model(self) -> ModelIdentity:
        """Which model it is."""
        return self.within.model

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return self.within.inputs

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing."""
        return self.within.assumed

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return self.within.width

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the inputs' values that are encoded to these cells."""
        return self.within.decode_row(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        return self.within.predict(rows, as_of, with_reasons=with_reasons)

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        return self.within.score(frame)
