"""One small model with its real audit, as a package would hold them."""

from datetime import UTC, date, datetime

import msgspec
import numpy as np
import polars as pl
import pytest

from real_data import ibm_extract
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.waivers import Waiver
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import Manifest, archive_digest, read_archive
from stayline.formats.model_card import ModelCard
from stayline.formats.report_json import encode
from stayline.modelling.fairness.audit import audit_fairness
from stayline.modelling.packaging import package
from stayline.reports.evidence import EXPLANATION, FAIRNESS
from stayline.reports.model_card import model_card
from trained import small_model

WHEN = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
WAIVER = Waiver(
    "w1", "fairness", "Gender = Female", "Ravi Menon", "Reviewed with the works council.", WHEN,
    date(2027, 2, 28),
)  # fmt: skip
GATES = (
    GateResult(Gate.QUALITY_FLOOR, Verdict.PASS, "0.80 is above 0.60.", "ROC AUC"),
    GateResult(Gate.LEAKS, Verdict.FAIL, "MonthlyRate tells the label.", "MonthlyRate"),
    GateResult(
        Gate.FAIRNESS, Verdict.INSUFFICIENT, "Too few left.", "Gender = Female", waiver=WAIVER
    ),
    GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.7 of the most selected.", "Age", False),
)
PRICE = (
    {
        "inputs": "without any",
        "is_in_use": True,
        "tried": {
            "measured_on": "out-of-fold",
            "roc_auc": {"value": 0.81, "low": 0.78, "high": 0.84},
            "periods": (),
        },
    },
)


@pytest.fixture(scope="session")
def audit() -> dict[str, object]:
    """The fairness audit of the small model, as plain JSON."""
    trained = small_model()
    rows = trained.data.development
    people = ibm_extract().head(len(rows))
    return msgspec.to_builtins(
        audit_fairness(
            rows.label,
            trained.model.unseen_risk[0],
            rows.person,
            people.select(
                "Gender",
                pl.when(pl.col("Age") < 40)
                .then(pl.lit("under 40"))
                .otherwise(pl.lit("40 and over"))
                .alias("Age"),
            ),
            rows.frame.select("OverTime", "MonthlyIncome", "DistanceFromHome"),
            alert_from=trained.model.bands.high,
            rng=np.random.default_rng(0),
            draws=50,
        )
    )


@pytest.fixture(scope="session")
def reports(audit: dict[str, object]) -> dict[str, bytes]:
    """The evaluation files that a card reads."""
    explained = explanation_analysis({"OverTime": 0.5, "MonthlyIncome": 0.3}, -1.6)
    return {FAIRNESS: msgspec.json.encode(audit), EXPLANATION: encode(explained)}


@pytest.fixture(scope="session")
def archive(reports: dict[str, bytes]) -> bytes:
    """The package that names these files by their digests."""
    trained = small_model()
    return package(
        trained.model,
        trained.trial,
        trained.schema,
        gates=tuple(gate_record(gate) for gate in GATES),
        protection_price=PRICE,
        reports={name: archive_digest(data) for name, data in reports.items()},
    )


@pytest.fixture(scope="session")
def manifest(archive: bytes) -> Manifest:
    """What the package says of itself."""
    return read_archive(archive, archive_digest(archive)).manifest


@pytest.fixture(scope="session")
def registered(archive: bytes) -> ModelPackage:
    """The package as a second person approved it."""
    return ModelPackage(
        version=3,
        digest=archive_digest(archive),
        status=ApprovalStatus.APPROVED,
        trained_by="Asha Rao",
        trained_at=WHEN,
        metrics={},
        decided_by="Jonas Weber",
        decided_at=WHEN,
        reason="Groups and limits looked at.",
    )


@pytest.fixture(scope="session")
def card(registered: ModelPackage, manifest: Manifest, reports: dict[str, bytes]) -> ModelCard:
    """The card of all that."""
    return model_card(registered, manifest, reports, deployed=True)
