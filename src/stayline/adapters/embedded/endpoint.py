"""The deployed model in this very process."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stayline.domain.risk_score import FieldValue, ModelIdentity
from stayline.errors import NothingDeployed
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.ports.endpoint import Invocation
from stayline.ports.model_registry import ModelRegistry


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: ModelIdentity
    predictor: Predictor


class InProcessEndpoint:
    """Answers with what the registry calls deployed, from the very next call after a deployment.

    A call works with one model from its beginning to its end. Safe to call from several threads.
    """

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def invoke(
        self, rows: Sequence[Mapping[str, FieldValue]], *, as_of: Sequence[datetime]
    ) -> Invocation:
        """Return one prediction with reasons per row."""
        current = self._current()
        return Invocation(current.model, current.predictor.predict(rows, as_of))

    def score(self, frame: pl.DataFrame) -> tuple[ModelIdentity, pl.DataFrame]:
        """Return ``token``, ``risk`` and ``band`` for a whole frame of features, in its order."""
        current = self._current()
        return current.model, current.predictor.score(frame)

    def inputs(self) -> tuple[str, ...]:
        """Return the model inputs of the deployed model, in order."""
        return self._current().predictor.inputs

    def _current(self) -> _Loaded:
        """Return the deployed model; a new one replaces the old only once it is wholly loaded."""
        wanted = self._registry.serving()
        if wanted is None:
            raise NothingDeployed
        loaded = self._loaded
        if loaded is not None and loaded.model == wanted:
            return loaded
        with self._loading:
            loaded = self._loaded
            if loaded is None or loaded.model != wanted:
                loaded = self._loaded = self._load(wanted)
            return loaded

    def _load(self, model: ModelIdentity) -> _Loaded:
        archive = read_archive(self._registry.archive(model.digest), model.digest)
        return _Loaded(model, Predictor.from_archive(archive))
