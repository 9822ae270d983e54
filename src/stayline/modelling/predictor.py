"""The model at work: rows in, calibrated risks with reasons out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import polars as pl
import xgboost as xgb

from stayline.domain.alert_policy import Band
from stayline.domain.risk_score import FieldValue, Prediction
from stayline.errors import PackageRefused
from stayline.formats.model_archive import ModelArchive
from stayline.modelling.encoding import InputEncoder, Matrix
from stayline.modelling.explanation import column_contributions, in_probability, reasons
from stayline.modelling.global_explanation import GlobalExplanation, global_explanation
from stayline.modelling.packaging import unpacked
from stayline.modelling.search import margins
from stayline.ports.feature_store import TOKEN

_CHUNK = 20_000


class Predictor:
    """Scores with one package; safe to call from several threads."""

    def __init__(self, archive: ModelArchive) -> None:
        self._encoder, self._calibration, self._bands = unpacked(archive.manifest)
        self._booster = _loaded(archive.model, self._encoder)

    @classmethod
    def from_archive(cls, archive: ModelArchive) -> "Predictor":
        """Return the predictor of a package; raises `PackageRefused` when its parts disagree."""
        return cls(archive)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return tuple(item.name for item in self._encoder.inputs)

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return len(self._encoder.owners)

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values of a row that was encoded elsewhere; raises `RequestRefused`."""
        return self._encoder.decode_row(cells, as_of)

    def predict(
        self, rows: Sequence[Mapping[str, FieldValue]], as_of: Sequence[datetime]
    ) -> tuple[Prediction, ...]:
        """Return one prediction with all its reasons per row.

        ``base_risk`` and the contributions add up to the risk within 1e-5.
        """
        if not rows:
            return ()
        shap = self._shap(self._encoder.encode_rows(rows, as_of))
        risk = self._risk(shap)
        base, contributions = in_probability(
            column_contributions(shap, self._encoder),
            shap[:, -1],
            self._calibration,
            risk,
        )
        return tuple(
            Prediction(
                risk=float(risk[i]),
                band=self._bands.band_of(float(risk[i])),
                base_risk=float(base[i]),
                reasons=reasons(row, contributions[i].tolist(), self._encoder),
            )
            for i, row in enumerate(rows)
        )

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``token``, ``risk`` and ``band`` of a frame of features, in its order.

        The risks equal those of `predict` to the bit.
        """
        risk = np.concatenate(
            [
                self._risk(self._shap(self._encoder.encode_frame(chunk)))
                for chunk in frame.iter_slices(_CHUNK)
            ]
            or [np.empty(0)]
        )
        band = (
            pl.when(pl.col("risk") >= self._bands.high)
            .then(pl.lit(Band.HIGH.value))
            .when(pl.col("risk") >= self._bands.medium)
            .then(pl.lit(Band.MEDIUM.value))
            .otherwise(pl.lit(Band.LOW.value))
        )
        scored = frame.select(TOKEN).with_columns(pl.Series("risk", risk, pl.Float64))
        return scored.with_columns(band=band)

    def risks(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the risk (n,) of each row without its reasons, in a fraction of the time.

        Equal to those of `predict` within 1e-6: the trees' sum is rounded elsewhere.
        """
        return self._calibration(margins(self._booster, self._encoder.encode_frame(frame)))

    def global_explanation(
        self, frame: pl.DataFrame, rng: np.random.Generator
    ) -> GlobalExplanation:
        """Return what the trees go by on these rows."""
        return global_explanation(self._booster, self._encoder, frame, rng)

    def _shap(self, matrix: Matrix) -> np.ndarray:
        """Return each encoded column's part of the margin, the bias last; (n, encoded + 1)."""
        data = xgb.DMatrix(matrix, nthread=1)
        return np.asarray(self._booster.predict(data, pred_contribs=True), dtype=np.float64)

    def _risk(self, shap: np.ndarray) -> np.ndarray:
        """Return the risks; the parts add up to the margin, so it is not computed once more."""
        return self._calibration(shap.sum(axis=1))


def _loaded(model: bytes, encoder: InputEncoder) -> xgb.Booster:
    booster = xgb.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(model))
    except xgb.core.XGBoostError as error:
        raise PackageRefused("its trees cannot be loaded.") from error
    booster.set_param({"nthread": 1})
    if booster.num_features() != len(encoder.owners):
        raise PackageRefused(
            f"its trees take {booster.num_features()} columns, its manifest {len(encoder.owners)}."
        )
    return booster
