"""A home of as many people as wanted, with a deployed model of 300 trees of depth 4."""

import secrets
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import xgboost as xgb

from stayline.bootstrap import build
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import (
    FORMAT_VERSION,
    BandsText,
    CalibrationText,
    InputText,
    Manifest,
    write_archive,
)
from stayline.formats.schema_toml import dump_schema
from stayline.modelling.encoding import InputEncoder
from stayline.ports.feature_store import FEATURES
from stayline.settings import Settings
from stayline.usecases.approve_model import approve_model
from stayline.usecases.deploy_model import deploy_model

TREES, DEPTH = 300, 4
LEARNED_FROM = 50_000
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {"Site": 6, "Unit": 8, "Grade": 5, "Contract": 3}
NUMBERS = [f"Measure{number:02}" for number in range(20)]
ORDERED = ["Mood", "Ties", "Growth"]
FLAGS = ["OverTime", "Travels"]
COLUMNS = (
    *(Column(name, Kind.NUMBER, Role.FEATURE) for name in NUMBERS),
    *(
        Column(name, Kind.CATEGORY, Role.FEATURE, tuple(f"{name} {n}" for n in range(count)))
        for name, count in WORDS.items()
    ),
    *(Column(name, Kind.ORDINAL, Role.FEATURE, ("low", "mid", "high")) for name in ORDERED),
    *(Column(name, Kind.FLAG, Role.FEATURE, ("No", "Yes")) for name in FLAGS),
    Column("HiredOn", Kind.DATE, Role.FEATURE),
)
SCHEMA = workforce_schema(
    name="bench",
    record_identifier="Id",
    columns=[
        Column("Id", Kind.CATEGORY, Role.IDENTITY),
        *COLUMNS,
        Column("Left", Kind.FLAG, Role.OUTCOME, ("No", "Yes")),
    ],
    outcome=LabelColumn("Left", ("Yes",)),
)


def people(count: int, seed: int) -> pl.DataFrame:
    """Return simulated features; every thirtieth number is missing."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {
        "token": [secrets.token_hex(16) for _ in range(count)],
        "event_time": pl.Series([AS_OF], dtype=pl.Datetime("us", "UTC")).new_from_index(0, count),
    }
    for number, name in enumerate(NUMBERS):
        cells = np.round(rng.gamma(2.0, 3.0, count), number % 3) * (100 if number % 4 == 0 else 1)
        columns[name] = np.where(rng.random(count) < 1 / 30, np.nan, cells)
    for column in COLUMNS:
        if column.categories:
            words = np.array(column.categories, dtype=object)
            columns[column.name] = words[rng.integers(0, len(words), count)].tolist()
    days = rng.integers(0, 9000, count)
    hired = pl.Series(days).cast(pl.Int32) + (date(2001, 1, 1) - date(1970, 1, 1)).days
    columns["HiredOn"] = hired.cast(pl.Date)
    return pl.DataFrame(columns).with_columns(pl.col(NUMBERS).fill_nan(None))


def make_home(home: Path, count: int) -> None:
    """Put the people into the feature store and deploy the model."""
    ports = build(Settings(home=home))
    ports.features.define(SCHEMA)
    now = ports.clock.now()
    assert ports.features.put(FEATURES, people(count, seed=1), written_at=now) == count
    version = ports.registry.register(package(), trained_by="bench", metrics={}, at=now).version
    approve_model(
        version,
        reason="A model of simulated people, for measuring.",
        by="bench too",
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
    deploy_model(
        version,
        by="bench",
        registry=ports.registry,
        deployments=ports.deployments,
        features=ports.features,
        opt_outs=ports.opt_outs,
        control=ports.control,
        capture=ports.capture,
        audit=ports.audit,
        clock=ports.clock,
    )


def package() -> bytes:
    """Return the archive of 300 trees of depth 4, trained on simulated people."""
    frame = people(LEARNED_FROM, seed=2)
    encoder = InputEncoder.fit(COLUMNS, frame)
    matrix = encoder.encode_frame(frame)
    told = np.nan_to_num(matrix)
    score = told[:, 1] / 9 - told[:, 2] * told[:, 3] / 60 + told[:, 20] - told[:, -2] - 1.5
    label = np.random.default_rng(3).random(len(matrix)) < 1 / (1 + np.exp(-score))
    parameters = {
        "objective": "binary:logistic", "max_depth": DEPTH, "eta": 0.05, "subsample": 0.6,
        "colsample_bytree": 0.5, "tree_method": "hist", "max_bin": 64, "nthread": 2,
    }  # fmt: skip
    booster = xgb.train(parameters, xgb.DMatrix(matrix, label), TREES)
    passed = GateResult(Gate.LEAKS, Verdict.PASS, "None of the inputs tells the outcome by itself.")
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        inputs=tuple(
            InputText(item.name, item.kind, item.categories, assumed=item.assumed)
            for item in encoder.inputs
        ),
        calibration=CalibrationText("platt", 1.0, 0.0, (), ()),
        bands=BandsText(0.3, 0.6),
        policy=str(SCHEMA.policy),
        schema_toml=dump_schema(SCHEMA),
        parameters={"max_depth": DEPTH},
        rounds=TREES,
        training={"rows": LEARNED_FROM},
        evaluations=(),
        periods=(),
        libraries={"xgboost": xgb.__version__},
        gates=(gate_record(passed),),
    )
    return write_archive(bytes(booster.save_raw("ubj")), manifest)
