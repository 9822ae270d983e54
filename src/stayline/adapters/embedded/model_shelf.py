"""The models that a process has in memory."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stayline.adapters.embedded.unpacking import Model
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.errors import PackageRefused
from stayline.formats.model_archive import ModelArchive, read_archive
from stayline.ports.model_registry import ModelRegistry

KEPT = 3
"""So many models stay in memory, so that going back is instant."""
RETRY_S = 30.0
"""How long a package that was refused is not read again."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, as a variant."""

    model: ModelIdentity
    predictor: Model

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return f"version-{self.model.version}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return self.predictor.inputs

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing."""
        return self.predictor.assumed

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return self.predictor.width

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the inputs' values that are encoded to these cells."""
        return self.predictor.decode_row(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        return self.predictor.predict(rows, as_of, with_reasons=with_reasons)

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        return self.predictor.score(frame)


class ModelShelf:
    """Loads models by identity and keeps the last few; safe to use from several threads."""

    def __init__(self, registry: ModelRegistry, unpack: Callable[[ModelArchive], Model]) -> None:
        self._registry = registry
        self._unpack = unpack
        self._loading = threading.Lock()
        self._loaded: dict[ModelIdentity, Loaded] = {}
        self._refused: dict[ModelIdentity, tuple[PackageRefused, float]] = {}

    @property
    def loaded(self) -> tuple[Loaded, ...]:
        """The models in memory, the one loaded last at the end."""
        return tuple(self._loaded.values())

    @property
    def refusals(self) -> dict[int, str]:
        """The versions that could not be loaded lately, with the reason."""
        return {
            model.version: str(refusal)
            for model, (refusal, until) in self._refused.copy().items()
            if time.monotonic() < until
        }

    def find(self, model: ModelIdentity) -> Loaded | None:
        """Return a model that is in memory."""
        return self._loaded.get(model)

    def load(self, model: ModelIdentity, *, needed: ModelIdentity | None) -> Loaded:
        """Return the model, loaded and warmed up in this thread if it is not there yet.

        ``needed`` is one that stays in memory whatever comes. Raises `PackageRefused`, which
        stands for a while, so that a damaged package is not read at every request.
        """
        with self._loading:
            found = self._loaded.get(model)
            if found is not None:
                return found
            refusal, until = self._refused.get(model, (None, 0.0))
            if refusal is not None and time.monotonic() < until:
                raise refusal
            try:
                found = self._read(model)
            except PackageRefused as error:
                self._refused[model] = error, time.monotonic() + RETRY_S
                _log.error("Version %s cannot be loaded: %s", model.version, error)
                raise
            others = sorted(self._loaded.values(), key=lambda one: one.model == needed)
            self._loaded = {one.model: one for one in [*others, found][-KEPT:]}
            return found

    def _read(self, model: ModelIdentity) -> Loaded:
        archive = read_archive(self._registry.archive(model.digest), model.digest)
        return Loaded(model, self._unpack(archive))
