"""Models trained once for all tests that look at one."""

import sys
from dataclasses import dataclass
from functools import cache, cached_property

import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.model_archive import ModelArchive, archive_digest, read_archive
from stayline.modelling.dataset import TrainingData
from stayline.modelling.packaging import package
from stayline.modelling.training import TrainedModel, TrainingOptions, train
from stayline.modelling.trial import Trial
from stayline.samples.presets import named_schema
from training_frames import ibm_data, panel, stored, training_data, trial_of

PANEL_PEOPLE, PANEL_MONTHS = 2000, 36


@dataclass(frozen=True)
class Trained:
    """A model, and all it came from."""

    data: TrainingData
    schema: WorkforceSchema
    model: TrainedModel

    @cached_property
    def trial(self) -> Trial:
        return trial_of(self.model, self.data, self.schema)

    @property
    def package(self) -> bytes:
        return package(self.model, self.trial, self.schema)

    @property
    def archive(self) -> ModelArchive:
        return read_archive(self.package, archive_digest(self.package))


@cache
def ibm_model() -> Trained:
    """Return a model of IBM's whole set, with its protected columns left out."""
    data, schema = ibm_data()
    return Trained(data, schema, train(data.development, schema, options=TrainingOptions(trials=2)))


@cache
def small_model(justified: str = "") -> Trained:
    """Return a model of 300 of IBM's rows, which takes a second."""
    data, schema = ibm_data(justified=justified)
    few = TrainingData(data.development.take(data.development.person <= 300), None)
    return Trained(few, schema, train(few.development, schema, options=TrainingOptions(trials=1)))


@cache
def panel_model() -> tuple[Trained, pl.DataFrame]:
    """Return a model of a simulated panel, and the true risks of the panel's rows."""
    schema = named_schema("monthly-panel")
    extract, truth = panel(PANEL_PEOPLE, PANEL_MONTHS, seed=7)
    data = training_data(*stored(extract, schema), schema)
    return Trained(
        data, schema, train(data.development, schema, options=TrainingOptions(trials=2))
    ), truth


if __name__ == "__main__":  # what another process packs, to be compared
    sys.stdout.buffer.write(small_model().package)
