"""A trained model as the bytes of a package, and back."""

from importlib.metadata import version

import msgspec

from stayline.domain.alert_policy import Bands
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.model_archive import (
    FORMAT_VERSION,
    BandsText,
    CalibrationText,
    InputText,
    Manifest,
    write_archive,
)
from stayline.formats.schema_toml import dump_schema
from stayline.modelling.calibration import Calibration
from stayline.modelling.curves import curves
from stayline.modelling.encoding import InputEncoder, ModelInput
from stayline.modelling.training import TrainedModel


def package(trained: TrainedModel, schema: WorkforceSchema) -> bytes:
    """Return the archive of a trained model; equal models give equal bytes."""
    justifications = {column.name: column.justification for column in schema.justified}
    chosen = trained.search.chosen
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        inputs=tuple(
            InputText(i.name, i.kind, i.categories, justifications.get(i.name, ""), i.assumed)
            for i in trained.encoder.inputs
        ),
        calibration=msgspec.convert(trained.calibration, CalibrationText, from_attributes=True),
        bands=BandsText(trained.bands.medium, trained.bands.high),
        policy=str(schema.policy),
        schema_toml=dump_schema(schema),
        parameters=dict(chosen.parameters),
        rounds=chosen.rounds,
        training={
            "rows": trained.rows,
            "positives": trained.positives,
            "seed": trained.options.seed,
            "candidates_tried": len(trained.search.candidates),
            "search_ended_by": trained.search.ended_by,
        },
        evaluations=tuple(msgspec.to_builtins(e) for e in trained.evaluations),
        periods=tuple(msgspec.to_builtins(p) for p in trained.periods),
        curves=curves(trained.booster, trained.encoder) if chosen.depth == 1 else {},
        libraries={"stayline": version("stayline"), "xgboost": _xgboost_version()},
    )
    return write_archive(bytes(trained.booster.save_raw("ubj")), manifest)


def headline(trained: TrainedModel) -> dict[str, float]:
    """Return the main figures by name, from later rows where there are any."""
    last = trained.evaluations[-1]
    return {
        "roc_auc": last.roc_auc.value,
        "average_precision": last.average_precision.value,
        "recall_at_precision": last.recall_at_precision.value,
        "brier": last.brier.value,
        "calibration_error": last.calibration_error.value,
    }


def unpacked(manifest: Manifest) -> tuple[InputEncoder, Calibration, Bands]:
    """Return what scores beside the trees."""
    encoder = InputEncoder(
        tuple(ModelInput(i.name, i.kind, i.categories, i.assumed) for i in manifest.inputs)
    )
    calibration = msgspec.convert(
        msgspec.to_builtins(manifest.calibration), Calibration, strict=False
    )
    return encoder, calibration, Bands(manifest.bands.medium, manifest.bands.high)


def _xgboost_version() -> str:
    import xgboost

    return str(xgboost.__version__)
