"""Models from their packages: ready to score, or told of and ready once somebody asks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import polars as pl

from stayline.domain.risk_score import FieldValue, Prediction
from stayline.errors import PackageRefused, StaylineError
from stayline.formats.model_archive import ModelArchive
from stayline.modelling.model_input import model_inputs
from stayline.modelling.row_encoding import RowEncoder

_WARM_UPS = 3


class Model(Protocol):
    """What a variant asks of its model; see `Variant`."""

    @property
    def inputs(self) -> tuple[str, ...]: ...

    @property
    def assumed(self) -> Mapping[str, FieldValue]: ...

    @property
    def width(self) -> int: ...

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]: ...

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]: ...

    def score(self, frame: pl.DataFrame) -> pl.DataFrame: ...


def in_full(archive: ModelArchive) -> Model:
    """Return a model that has scored already, so that no request is its first.

    Raises `PackageRefused`.
    """
    from stayline.modelling.predictor import Predictor  # NumPy, which an `Outline` goes without

    try:
        predictor = Predictor.from_archive(archive)
        for _ in range(_WARM_UPS):
            predictor.predict([dict.fromkeys(predictor.inputs)], [datetime.now(UTC)])
    except StaylineError:
        raise
    except Exception as error:
        raise PackageRefused(f"it cannot score a row ({type(error).__name__}).") from error
    return predictor


class Outline:
    """A model that tells its inputs, and reads its trees only when it is asked to score.

    For whoever has single predictions from elsewhere: neither the trees nor NumPy are loaded then.
    A package whose trees are damaged is refused by whoever scores: `PackageRefused`.
    """

    def __init__(self, archive: ModelArchive) -> None:
        self._archive = archive
        self._inputs = model_inputs(archive.manifest)
        self._rows = RowEncoder(self._inputs)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return tuple(item.name for item in self._inputs)

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing."""
        return {item.name: item.assumed for item in self._inputs}

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return self._rows.width

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values of a row that was encoded elsewhere; raises `RequestRefused`."""
        return self._rows.decode(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        return self._model.predict(rows, as_of, with_reasons=with_reasons)

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        return self._model.score(frame)

    @cached_property
    def _model(self) -> Model:
        return in_full(self._archive)
