"""The deployed model in this very process."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.errors import NothingDeployed, PackageRefused, UnknownVariant
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.ports.endpoint import Variant
from stayline.ports.model_registry import ModelRegistry

ALL_TRAFFIC = "AllTraffic"
"""The target of requests that leave the choice to the endpoint."""
RETRY_S = 30.0
"""How long a package that was refused is not read again."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model in memory, as a variant."""

    model: ModelIdentity
    predictor: Predictor

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


class InProcessEndpoint:
    """Answers with what the registry calls deployed, from the very next call after a deployment.

    A call works with one model from its beginning to its end. A package that cannot be loaded
    leaves the model before it in place. Safe to call from several threads.
    """

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._refused: tuple[ModelIdentity, float] | None = None

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        current = self._current()
        if target not in (None, ALL_TRAFFIC, current.name):
            raise UnknownVariant(target or "", [current.name])
        return current

    def _current(self) -> _Loaded:
        """Return the deployed model; a new one replaces the old only once it is wholly loaded."""
        wanted = self._registry.serving()
        if wanted is None:
            raise NothingDeployed
        loaded = self._loaded
        if loaded is not None and self._suffices(loaded, wanted):
            return loaded
        with self._loading:
            loaded = self._loaded
            if loaded is not None and self._suffices(loaded, wanted):
                return loaded
            try:
                loaded = self._loaded = self._load(wanted)
            except PackageRefused as refusal:
                if loaded is None:
                    raise
                self._refused = wanted, time.monotonic() + RETRY_S
                _log.error(
                    "Version %s is deployed but version %s answers: %s",
                    wanted.version,
                    loaded.model.version,
                    refusal,
                )
            return loaded

    def _suffices(self, loaded: _Loaded, wanted: ModelIdentity) -> bool:
        """Whether nothing is to be loaded: it is there, or was refused just now."""
        if loaded.model == wanted:
            return True
        refused = self._refused
        return refused is not None and refused[0] == wanted and time.monotonic() < refused[1]

    def _load(self, model: ModelIdentity) -> _Loaded:
        archive = read_archive(self._registry.archive(model.digest), model.digest)
        return _Loaded(model, Predictor.from_archive(archive))
