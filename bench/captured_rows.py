"""Captured answers of 30 inputs, made up, as the server writes them down.

``python bench/captured_rows.py FOLDER --rows N`` writes ``FOLDER/yyyy/mm/dd/hh/worker.jsonl`` over
one day, in the capture form: 20 inputs are numbers, 10 are words; one cell in fifty is missing.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from stayline.domain.capture import CaptureRecord
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.capture_records import ContentRules, capture_line

DAY = datetime(2026, 3, 1, tzinfo=UTC)
VERSION = 3
NUMBERS = tuple(Column(f"number {n}", Kind.NUMBER, Role.FEATURE) for n in range(20))
WORDS = tuple(Column(f"word {n}", Kind.CATEGORY, Role.FEATURE) for n in range(10))
COLUMNS = NUMBERS + WORDS
_MISSING = 0.02
_HOURS = 24
_A_BATCH = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--content-type", default="application/json")
    wanted = parser.parse_args()
    write_captured(wanted.folder, wanted.rows, wanted.content_type)


def write_captured(folder: Path, rows: int, content_type: str = "application/json") -> None:
    """Write that many answers of one day, an equal share an hour; a tenth of the people twice."""
    rng, rules = np.random.default_rng(0), ContentRules()
    for hour in range(_HOURS):
        start, end = rows * hour // _HOURS, rows * (hour + 1) // _HOURS
        place = folder / f"{DAY:%Y/%m/%d}/{hour:02}"
        place.mkdir(parents=True)
        step = timedelta(hours=1) / max(end - start, 1)
        with (place / "worker.jsonl").open("wb") as file:
            for number, values in zip(range(start, end), _requests(rng, end - start), strict=True):
                answer = {
                    "token": f"{number % (rows * 10 // 11 + 1):032x}",
                    "risk": round(float(rng.random()), 7),
                    "band": "low",
                    "model_version": VERSION,
                }
                record = CaptureRecord(
                    f"{number:08x}-0000-4000-8000-000000000000",
                    DAY + timedelta(hours=hour) + (number - start) * step,
                    msgspec.json.encode(values).decode(),
                    msgspec.json.encode(answer).decode(),
                    variant=f"version-{VERSION}",
                    request_content_type=content_type,
                )
                file.write(capture_line(record, rules))


def _requests(rng: np.random.Generator, rows: int) -> Iterator[dict[str, FieldValue]]:
    names = [column.name for column in COLUMNS]
    for start in range(0, rows, _A_BATCH):
        many = min(_A_BATCH, rows - start)
        numbers = rng.normal(100, 30, (many, len(NUMBERS))).round(2).tolist()
        words = rng.integers(0, 30, (many, len(WORDS))).tolist()
        missing = (rng.random((many, len(names))) < _MISSING).tolist()
        for row, codes, gaps in zip(numbers, words, missing, strict=True):
            cells = [*row, *(f"category {code}" for code in codes)]
            yield {
                name: None if gap else cell
                for name, cell, gap in zip(names, cells, gaps, strict=True)
            }


if __name__ == "__main__":
    main()
