import msgspec
import pytest

from model_versions import gated
from stayline.bootstrap import Ports
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.errors import UnknownModel
from stayline.formats.model_archive import read_archive
from stayline.modelling.evaluation import Estimate
from stayline.usecases.compare_models import Row, SideBySide, compare_models

PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "No input tells the outcome.")
UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "May be chance.", "Gender = Male")
AUDIT = msgspec.json.encode(
    {
        "n": 1470,
        "groups": [
            {
                "facet": "Gender",
                "group": "Male",
                "n": 882,
                "differences": {"recall": {"value": 0.1, "low": 0.0, "high": 0.2}},
            },
            {"facet": "Gender", "group": "X", "n": 1, "differences": {"recall": None}},
        ],
    }
)


def manifest_of(ports: Ports):
    digest = ports.registry.deployed().digest
    return read_archive(ports.registry.archive(digest), digest).manifest


def rows_of(compared: SideBySide, section: str) -> dict[str, Row]:
    return {row.what: row for row in compared.sections[section]}


def test_two_versions_stand_side_by_side_with_what_only_one_of_them_has(ports):
    manifest = manifest_of(ports)
    second = gated(
        ports, PASSED, UNSURE, inputs=manifest.inputs[1:], parameters={"made_up": 0.5},
        reports={"fairness.json": AUDIT},
    )  # fmt: skip
    compared = compare_models(1, second.version, registry=ports.registry)
    dropped = manifest.inputs[0].name
    assert compared.versions == (1, 2)
    assert rows_of(compared, "inputs")[dropped] == Row(dropped, "yes", None)
    assert rows_of(compared, "model")["made_up"] == Row("made_up", None, 0.5)
    assert rows_of(compared, "model")["status"].second == "PendingManualApproval"
    assert rows_of(compared, "gates")["fairness (Gender = Male)"].second == "insufficient evidence"
    recall = rows_of(compared, "recall minus everybody else's")
    assert recall["Gender = Male"] == Row("Gender = Male", None, Estimate(0.1, 0.0, 0.2))
    assert recall["Gender = X"].second is None


def test_a_warning_is_told_as_one(ports):
    warning = GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.7.", "Gender = Male", False)
    second = gated(ports, warning, UNSURE)
    gates = rows_of(compare_models(1, second.version, registry=ports.registry), "gates")
    assert gates["four fifths (Gender = Male)"].second == "warning: fail"
    assert gates["fairness (Gender = Male)"].second == "insufficient evidence"


def test_figures_come_with_their_intervals_and_rows(ports):
    second = gated(ports, PASSED)
    figures = rows_of(compare_models(1, second.version, registry=ports.registry), "figures")
    auc = figures["ROC AUC, out-of-fold"]
    assert isinstance(auc.first, Estimate)
    assert auc.first == auc.second
    assert figures["rows, out-of-fold"] == Row("rows, out-of-fold", 1470, 1470)


def test_figures_of_different_rows_are_said_to_be_such(ports):
    manifest = manifest_of(ports)
    fewer = gated(ports, evaluations=({**manifest.evaluations[0], "n": 1000},))
    elsewhere = {**manifest.evaluations[0], "measured_on": "later time"}
    later = gated(ports, evaluations=(*manifest.evaluations, elsewhere))
    told = compare_models(1, fewer.version, registry=ports.registry).remarks[0]
    assert told.startswith("Measured out-of-fold on different rows (n = 1,470 rows, 237 of")
    assert compare_models(1, later.version, registry=ports.registry).remarks[0] == (
        f"Only version {later.version} was measured later time."
    )
    assert len(compare_models(1, 1, registry=ports.registry).remarks) == 1


def test_a_version_that_was_never_registered_cannot_be_compared(ports):
    with pytest.raises(UnknownModel, match="7"):
        compare_models(1, 7, registry=ports.registry)
