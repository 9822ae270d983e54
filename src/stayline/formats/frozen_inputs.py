"""What a training run is given, frozen: each input as files by name, equal contents equal bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import polars as pl

from stayline.domain.model_package import ModelPackage
from stayline.domain.waivers import Waiver
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.schema_toml import dump_schema

SCHEMA = "schema.toml"
FEATURES_FILE = "features.parquet"
OUTCOMES_FILE = "outcomes.parquet"
TREATED_FILE = "treated.parquet"
ATTRIBUTES = "attributes.parquet"
CHAMPION = "champion.json"
MODEL_ARCHIVE = "model.tar.gz"
WAIVERS = "waivers.json"
DATA_QUALITY = "data_quality_"
"""How the names of the reports begin that tell what a model's training data looked like."""


class WaiversInForce(msgspec.Struct, frozen=True):
    """The waivers that a run may use, and the day it asked for them, if there are any."""

    on: date | None
    waivers: tuple[Waiver, ...]


def workforce_files(
    schema: WorkforceSchema,
    features: pl.DataFrame,
    outcomes: pl.DataFrame,
    treated: pl.DataFrame,
) -> Mapping[str, bytes]:
    """Return the facts and how to read them; whatever changes no training does not belong here.

    ``treated`` says who got an action when; where nobody did, there is no such file.
    """
    return {
        SCHEMA: dump_schema(schema).encode(),
        FEATURES_FILE: _parquet(features),
        OUTCOMES_FILE: _parquet(outcomes),
        **({} if treated.is_empty() else {TREATED_FILE: _parquet(treated)}),
    }


def protected_files(attributes: pl.DataFrame) -> Mapping[str, bytes]:
    """Return protected attributes as the audit reads them."""
    return {ATTRIBUTES: _parquet(attributes)}


def champion_files(
    deployed: ModelPackage | None, archive: bytes, reports: Mapping[str, bytes]
) -> Mapping[str, bytes]:
    """Return the deployed package and what its training data looked like, if there is one."""
    if deployed is None:
        return {CHAMPION: b'{"version":null}'}
    return {
        CHAMPION: msgspec.json.encode({"version": deployed.version, "digest": deployed.digest}),
        MODEL_ARCHIVE: archive,
        **{name: report for name, report in reports.items() if name.startswith(DATA_QUALITY)},
    }


def waiver_files(waivers: Sequence[Waiver], *, on: date) -> Mapping[str, bytes]:
    """Return the waivers in force; without any, the day is left out, since it changes nothing."""
    told = WaiversInForce(on if waivers else None, tuple(waivers))
    return {WAIVERS: msgspec.json.encode(told)}


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()
