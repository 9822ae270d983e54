from datetime import timedelta

import msgspec
import pytest

from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.waivers import Waiver
from stayline.errors import PackageRefused
from stayline.formats.gate_records import gate_record, recorded_gates
from stayline.formats.model_archive import Manifest
from stores import NOON
from trained import small_model

WAIVER = Waiver("w", "fairness", "A = b", "bo", "x" * 20, NOON, NOON.date() + timedelta(days=9))
RESULTS = (
    GateResult(Gate.LEAKS, Verdict.PASS, "None.", figures={"value": 0.61, "n": 5, "low": None}),
    GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.5 times.", "A = b", is_blocking=False),
    GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "Unsure.", "A = b", waiver=WAIVER),
)


def manifest(*records: object) -> Manifest:
    return msgspec.structs.replace(small_model().archive.manifest, gates=records)


def test_records_come_back_equal_through_json():
    records = msgspec.json.decode(msgspec.json.encode([gate_record(one) for one in RESULTS]))
    assert recorded_gates(manifest(*records)) == RESULTS


def test_a_waived_result_reads_waived_and_tells_by_whom_why_and_until_when():
    record = gate_record(RESULTS[2])
    assert record["verdict"] == "waived"
    assert record["waiver"]["filed_by"] == "bo"
    assert record["waiver"]["expires_on"] == WAIVER.expires_on.isoformat()


@pytest.mark.parametrize("broken", [{}, {"verdict": "maybe"}, {"name": "no such gate"}])
def test_records_of_another_form_are_refused(broken):
    record = gate_record(RESULTS[0]) | broken if broken else {}
    with pytest.raises(PackageRefused, match="gate records cannot be read"):
        recorded_gates(manifest(record))


def test_a_package_without_gates_has_none():
    assert recorded_gates(manifest()) == ()
