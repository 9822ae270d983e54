"""Gate results as the records that gates.json and a package's manifest hold, and back."""

from typing import Any

import msgspec

from stayline.domain.gates import GateResult, Verdict
from stayline.errors import PackageRefused
from stayline.formats.model_archive import Manifest

WAIVED = "waived"


def gate_record(result: GateResult) -> dict[str, Any]:
    """Return a result as plain JSON; the verdict of a waived one reads ``waived``."""
    record: dict[str, Any] = msgspec.to_builtins(result)
    return record | ({"verdict": WAIVED} if result.waiver else {})


def recorded_gates(manifest: Manifest) -> tuple[GateResult, ...]:
    """Return the results a package holds; raises `PackageRefused` for records of another form."""
    try:
        return tuple(map(_gate_result, manifest.gates))
    except msgspec.ValidationError as error:
        raise PackageRefused(f"its gate records cannot be read ({error}).") from error


def _gate_result(record: dict[str, Any]) -> GateResult:
    if record.get("verdict") == WAIVED:
        record = record | {"verdict": Verdict.INSUFFICIENT.value}
    return msgspec.convert(record, GateResult)
