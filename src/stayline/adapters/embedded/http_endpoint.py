"""A model in another server, asked over HTTP at its ``/invocations``."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import polars as pl

from stayline.adapters.embedded.invocations import Invocations
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction, Reason
from stayline.domain.workforce_schema import Kind
from stayline.errors import EndpointUnavailable, NothingDeployed, UnknownVariant
from stayline.formats.model_archive import Manifest, read_archive
from stayline.ports.endpoint import Variant
from stayline.ports.feature_store import EVENT_TIME, TOKEN
from stayline.ports.model_registry import ModelRegistry

ALL_TRAFFIC = "AllTraffic"
AS_OF = "as_of"
"""Beside a row's inputs where one is a date: when the row was true. No column may be called so."""
ROWS_A_REQUEST = 1000


class HttpEndpoint:
    """Sends rows to the server at ``url``, which must run the package that the registry calls
    deployed: its inputs, bands and identity are taken from there.

    Raises `SettingRefused` for an address that is not ``http://`` or ``https://``. Safe to call
    from several threads, each of which keeps one connection open.
    """

    def __init__(self, registry: ModelRegistry, url: str) -> None:
        self._registry = registry
        self._invocations = Invocations(url)
        self._turn = threading.Lock()
        self._known: _HttpVariant | None = None

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        wanted = self._registry.serving()
        if wanted is None:
            raise NothingDeployed
        known = self._known
        if known is None or known.model != wanted:
            with self._turn:
                archive = read_archive(self._registry.archive(wanted.digest), wanted.digest)
                known = self._known = _HttpVariant(wanted, archive.manifest, self._invocations)
        if target not in (None, ALL_TRAFFIC, known.name):
            raise UnknownVariant(target or "", [known.name])
        return known


class _Scored(msgspec.Struct, frozen=True):
    """One prediction as the other server tells it; any XGBoost server tells at least the score."""

    score: float
    base_risk: float | None = None
    reasons: tuple[Reason, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    predictions: tuple[_Scored, ...]


@dataclass(frozen=True, slots=True)
class _HttpVariant:
    """The deployed package, at work in the other server."""

    model: ModelIdentity
    manifest: Manifest
    invocations: Invocations

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return f"version-{self.model.version}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return tuple(item.name for item in self.manifest.inputs)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row; without reasons where the server tells none."""
        has_dates = any(item.kind is Kind.DATE for item in self.manifest.inputs)
        lines = [
            {**row, AS_OF: at} if has_dates else row for row, at in zip(rows, as_of, strict=True)
        ]
        bands = self.manifest.alert_bands
        return tuple(
            Prediction(told.score, bands.band_of(told.score), told.base_risk, told.reasons)
            for start in range(0, len(lines), ROWS_A_REQUEST)
            for told in self._asked(lines[start : start + ROWS_A_REQUEST], with_reasons)
        )

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``token``, ``risk`` and ``band`` for a whole frame of features, in its order."""
        rows = frame.select(self.inputs).to_dicts()
        scored = self.predict(rows, frame.get_column(EVENT_TIME).to_list(), with_reasons=False)
        return frame.select(TOKEN).with_columns(
            pl.Series("risk", [one.risk for one in scored], pl.Float64),
            pl.Series("band", [one.band.value for one in scored], pl.String),
        )

    def _asked(
        self, lines: Sequence[Mapping[str, object]], with_reasons: bool
    ) -> tuple[_Scored, ...]:
        answer = self.invocations.ask(
            msgspec.json.Encoder().encode_lines(lines), with_reasons=with_reasons
        )
        try:
            told = msgspec.json.decode(answer, type=_Answer).predictions
        except msgspec.MsgspecError:
            problem = "its answer is not of the form predictions, score"
            raise EndpointUnavailable(self.invocations.address, problem) from None
        if len(told) != len(lines):
            problem = f"it answered {len(told)} predictions for {len(lines)} rows"
            raise EndpointUnavailable(self.invocations.address, problem)
        if not all(0 <= one.score <= 1 for one in told):
            problem = "its answer holds a score that is no probability"
            raise EndpointUnavailable(self.invocations.address, problem)
        return told
