"""A model with all the rows it is tried on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.model_archive import ModelArchive
from stayline.modelling.dataset import TrainingData, training_set


@dataclass(frozen=True, slots=True)
class Case:
    """A model with all the rows it is tried on, and what it says of them.

    ``unseen_risk`` is (repeats, n) out of fold; ``later_risk`` is None for a cross-section.
    """

    model: ModelArchive
    schema: WorkforceSchema
    development: pl.DataFrame
    later: pl.DataFrame | None
    unseen_risk: np.ndarray
    later_risk: np.ndarray | None
    seed: int

    @property
    def data(self) -> TrainingData:
        """The rows as a model takes them."""
        later = None if self.later is None else training_set(self.later, self.schema)
        return TrainingData(training_set(self.development, self.schema), later)

    @property
    def alert_from(self) -> float:
        """The alert threshold."""
        return self.model.manifest.bands.high
