"""Purge 1,000,000 captured rows, without a legal hold and with one on every hundredth person.

    python bench/purge_captured.py [ROWS]

The rows lie in 180 hours, as a server writes them. Prints seconds for
the look beforehand and for the removal, and what is left.
"""

import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
START = datetime(2026, 1, 1, tzinfo=UTC)
HOURS, PEOPLE, AT_ONCE = 180, 100_000, 5_000
_JSON = json.JSONEncoder(separators=(",", ":")).encode
REQUEST = json.dumps({f"feature_{number}": number * 1.5 for number in range(25)})


def captured(number: int) -> CaptureRecord:
    """Return one row of an hour and a person."""
    at = START + timedelta(hours=number * HOURS // ROWS, seconds=number % 3600)
    answer = {"token": f"{number % PEOPLE:032x}", "risk": 0.2, "band": "low", "model_version": 1}
    return CaptureRecord(f"event-{number}", at, REQUEST, _JSON(answer), variant="version-1")


def main() -> None:
    """Write the rows once, then purge two copies."""
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full"
        log = JsonlCaptureLog(full)
        for start in range(0, ROWS, AT_ONCE):
            log.append([captured(number) for number in range(start, min(start + AT_ONCE, ROWS))])
        log.close()
        size = sum(path.stat().st_size for path in full.rglob("*.jsonl"))
        print(f"{ROWS:,} rows, {size / 1e6:,.0f} MB")
        held = frozenset(EmployeeToken(f"{number:032x}") for number in range(0, PEOPLE, 100))
        for name, people in (("no hold", frozenset[EmployeeToken]()), ("1 % held", held)):
            copy = Path(shutil.copytree(full, Path(folder) / "copy"))
            log, before = JsonlCaptureLog(copy), START + timedelta(hours=HOURS)
            began, at_first = time.perf_counter(), time.process_time()
            ages = log.ages(before, held=people)
            looked, used = time.perf_counter(), time.process_time()
            looking = used - at_first
            gone = log.purge(before, held=people)
            ended, used = time.perf_counter(), time.process_time() - used
            left = log.ages(before, held=people)
            print(
                f"{name}: look {looked - began:.1f} s ({looking:.1f} s of work), "
                f"purge {ended - looked:.1f} s ({used:.1f} s of work); "
                f"{ages.due:,} due, {gone:,} went, {left.rows:,} left, {left.held_back:,} held"
            )
            shutil.rmtree(copy)


if __name__ == "__main__":
    main()
