"""A trained model as the bytes of a package, and back."""

from importlib.metadata import version
from typing import Any

import msgspec

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
from stayline.modelling.curves import curves
from stayline.modelling.training import TrainedModel
from stayline.modelling.treatment import TreatedAccount
from stayline.modelling.trial import Trial


def package(trained: TrainedModel, trial: Trial, schema: WorkforceSchema, **accounts: Any) -> bytes:
    """Return the archive of a trained and tried model; equal models give equal bytes.

    ``accounts`` are further fields of the manifest: gates, reports, price of protection.
    """
    manifest = accounted(draft(trained, schema), trial, **accounts)
    return write_archive(trees(trained), manifest)


def trees(trained: TrainedModel) -> bytes:
    """Return the trees as UBJSON."""
    return bytes(trained.booster.save_raw("ubj"))


def draft(
    trained: TrainedModel, schema: WorkforceSchema, treated: TreatedAccount | None = None
) -> Manifest:
    """Return the manifest as far as training alone knows it.

    ``treated`` tells how many people got an action, and what was done about them; None where
    nobody did.
    """
    justifications = {column.name: column.justification for column in schema.justified}
    chosen = trained.search.chosen
    return Manifest(
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
            "until": trained.until.isoformat(),
            "seed": trained.options.seed,
            "candidates_tried": len(trained.search.candidates),
            "search_ended_by": trained.search.ended_by,
            **_told(treated or TreatedAccount(schema.treated)),
        },
        evaluations=(),
        periods=(),
        curves=curves(trained.booster, trained.encoder) if chosen.depth == 1 else {},
        libraries={"stayline": version("stayline"), "xgboost": _xgboost_version()},
    )


def accounted(manifest: Manifest, trial: Trial, **accounts: Any) -> Manifest:
    """Return the manifest with the figures of a trial and whatever else accounts for the model."""
    return msgspec.structs.replace(
        manifest,
        evaluations=tuple(msgspec.to_builtins(e) for e in trial.evaluations),
        periods=tuple(msgspec.to_builtins(p) for p in trial.periods),
        metrics=headline(trial),
        **accounts,
    )


def headline(trial: Trial) -> dict[str, float]:
    """Return the main figures by name, from later rows where there are any."""
    last = trial.evaluations[-1]
    return {
        "roc_auc": last.roc_auc.value,
        "average_precision": last.average_precision.value,
        "recall_at_precision": last.recall_at_precision.value,
        "brier": last.brier.value,
        "calibration_error": last.calibration_error.value,
    }


def _told(treated: TreatedAccount) -> dict[str, str | int | float]:
    told: dict[str, str | int | float] = {
        "treated": treated.policy.value,
        "treated_rows": treated.rows,
        "treated_people": treated.people,
        "treated_left": treated.left,
    }
    if treated.counts_as:
        told |= {"weights_clipped": treated.clipped, "rows_count_as": treated.counts_as}
    return told


def _xgboost_version() -> str:
    import xgboost

    return str(xgboost.__version__)
