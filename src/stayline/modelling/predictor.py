"""The model at work: rows in, calibrated risks with reasons out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import polars as pl

from stayline.domain.alert_policy import Band
from stayline.domain.reasons import told
from stayline.domain.risk_score import FieldValue, Prediction, Reason
from stayline.formats.model_archive import ModelArchive
from stayline.modelling.explanation import Baseline
from stayline.modelling.forest import Forest
from stayline.modelling.global_explanation import GlobalExplanation, global_explanation
from stayline.modelling.unpacking import unpacked
from stayline.ports.feature_store import TOKEN


class Predictor:
    """Scores with one package; safe to call from several threads.

    It adds up the trees by itself (`Forest`), so nothing of the training's libraries is loaded.
    ``threads`` is how many a frame of many rows may take.
    """

    def __init__(self, archive: ModelArchive, *, threads: int = 1) -> None:
        self._encoder, self._calibration, self._bands = unpacked(archive.manifest)
        self._forest = Forest(archive.model, self._encoder.owners)
        self._baseline = Baseline.of(self._forest.bias, self._calibration)
        self._threads = threads
        self._inputs = tuple(item.name for item in self._encoder.inputs)
        self._assumed = {item.name: item.assumed for item in self._encoder.inputs}

    @classmethod
    def from_archive(cls, archive: ModelArchive) -> "Predictor":
        """Return the predictor of a package; raises `PackageRefused` when its parts disagree."""
        return cls(archive)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return self._inputs

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing; None where missing says something."""
        return self._assumed

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return len(self._encoder.owners)

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values of a row that was encoded elsewhere; raises `RequestRefused`."""
        return self._encoder.decode_row(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row, with all its reasons or, in a fraction of the time, none.

        ``base_risk`` and the contributions add up to the risk within 1e-5.
        """
        if not rows:
            return ()
        matrix = self._encoder.encode_rows(rows, as_of)
        if not with_reasons:
            risks = self._calibration(self._forest.margins(matrix)).tolist()
            base_risk, band_of = self._baseline.risk, self._bands.band_of
            return tuple(Prediction(risk, band_of(risk), base_risk, ()) for risk in risks)
        found = self._forest.explained(matrix)
        risk = self._calibration(found.margin)
        base, parts = self._baseline.in_probability(found.contributions, found.margin, risk)
        return tuple(
            Prediction(
                risk=of_row,
                band=self._bands.band_of(of_row),
                base_risk=from_base,
                reasons=self._told(row, contributions),
            )
            for row, of_row, from_base, contributions in zip(
                rows, risk.tolist(), base.tolist(), parts.tolist(), strict=True
            )
        )

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``token``, ``risk``, ``band``, ``base_risk`` and ``contributions`` of a frame of
        features, in its order.

        ``contributions`` is an array per row, in the order of `inputs`, in probability (float32).
        The risks equal those of `predict` to the bit.
        """
        found = self._forest.explained(self._encoder.encode_frame(frame), threads=self._threads)
        risk = self._calibration(found.margin)
        base, parts = self._baseline.in_probability(found.contributions, found.margin, risk)
        band = (
            pl.when(pl.col("risk") >= self._bands.high)
            .then(pl.lit(Band.HIGH.value))
            .when(pl.col("risk") >= self._bands.medium)
            .then(pl.lit(Band.MEDIUM.value))
            .otherwise(pl.lit(Band.LOW.value))
        )
        each = pl.Array(pl.Float32, len(self._inputs))
        return (
            frame.select(TOKEN)
            .with_columns(
                pl.Series("risk", risk, pl.Float64),
                pl.Series("base_risk", base, pl.Float64),
                pl.Series("contributions", parts.astype(np.float32), each),
            )
            .select(TOKEN, "risk", band.alias("band"), "base_risk", "contributions")
        )

    def risks(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the risk (n,) of each row without its reasons; equal to `predict` to the bit."""
        matrix = self._encoder.encode_frame(frame)
        return self._calibration(self._forest.margins(matrix, threads=self._threads))

    def contributions(self, frame: pl.DataFrame) -> np.ndarray:
        """Return each input's exact TreeSHAP value in log-odds (n, inputs), row by row."""
        matrix = self._encoder.encode_frame(frame)
        return self._forest.explained(matrix, threads=self._threads).contributions

    def global_explanation(
        self, frame: pl.DataFrame, rng: np.random.Generator
    ) -> GlobalExplanation:
        """Return what the trees go by on these rows."""
        return global_explanation(self._forest, self._encoder, frame, rng)

    def _told(
        self, row: Mapping[str, FieldValue], contributions: Sequence[float]
    ) -> tuple[Reason, ...]:
        return told(
            (name, row.get(name), assumed, contribution)
            for (name, assumed), contribution in zip(
                self._assumed.items(), contributions, strict=True
            )
        )
