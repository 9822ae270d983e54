"""Files of rows in, files of scores out, named as Batch Transform names them.

Reads every file of the input ``data`` (CSV with or without header, JSON Lines, Parquet) and the
model of the input ``model`` (its archive, or the folder it was unpacked to), and writes
``scores/NAME.out``, a line per row in the same order. Memory is bounded by a part of a file. A
file whose output is whole and was made from the same bytes is passed over, so that a job that was
cut short is completed by running it again. It sees no home: people who opted out of scoring must
not be in its files.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from stayline.container.given_model import given_model
from stayline.container.platform import Platform, say
from stayline.container.transform_inputs import raw_rows
from stayline.container.transform_outputs import (
    Made,
    file_digest,
    leave_proof,
    rows_of_finished,
    written_whole,
)
from stayline.container.transform_rows import RowReader
from stayline.container.transform_scores import CSV, FORMS, Scorer, scorer
from stayline.errors import ProgramInputRefused
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.predictor import Predictor

ROWS_A_PART = 10_000
PARTS_A_TELLING = 10
_FALSE_TRUE = ("false", "true")


@dataclass(frozen=True, slots=True)
class _Options:
    """``TRANSFORM_ACCEPT``, ``TRANSFORM_REASONS`` (true or false), ``TRANSFORM_AS_OF`` (a day)."""

    accept: str
    with_reasons: bool
    as_of: datetime | None


def run(platform: Platform) -> None:
    """Score every file; the first row that cannot be read stops the job, naming file and line."""
    options = _options(platform)
    archive = given_model(platform)
    predictor = Predictor(archive, threads=os.cpu_count() or 1)
    reader = RowReader.of(
        predictor.inputs, parse_schema(archive.manifest.schema_toml, "the package"), options.as_of
    )
    score = scorer(predictor, options.accept, with_reasons=options.with_reasons)
    scores, proofs = platform.output("scores"), platform.output("proofs")
    for name, path in _files(platform):
        made = Made(
            input=file_digest(path),
            model=archive.digest,
            accept=options.accept,
            with_reasons=options.with_reasons,
            as_of=options.as_of.date().isoformat() if options.as_of else "",
            stayline=version("stayline"),
        )
        output, proof = scores / f"{name}.out", proofs / f"{name}.json"
        done = rows_of_finished(output, proof, made)
        if done is not None:
            say(f"{name}: {done:,} rows were scored before.")
            continue
        proof.unlink(missing_ok=True)
        rows = _transform(path, name, output, reader, score)
        leave_proof(output, proof, made, rows)
        say(f"{name}: {rows:,} rows scored.")


def _transform(path: Path, name: str, output: Path, reader: RowReader, score: Scorer) -> int:
    rows = 0
    left_out: set[str] = set()
    given: set[str] = set()
    dated = [reader.event_time.name] if reader.event_time else []
    with written_whole(output) as file:
        parts = raw_rows(path, name, reader.names, dated, ROWS_A_PART)
        for number, raw in enumerate(parts, 1):
            file.write(score(reader.frame(raw, name)) if raw.lines else b"")
            rows += len(raw.lines)
            left_out |= raw.left_out
            given |= raw.cells.keys()
            if number % PARTS_A_TELLING == 0:
                say(f"{name}: {rows:,} rows ...")
        if not rows:
            raise ProgramInputRefused(name, "at least one row")
    _tell(f"{name}: the model takes no", sorted(left_out))
    _tell(f"{name}: taken as missing in every row:", [n for n in reader.names if n not in given])
    return rows


def _tell(what: str, names: list[str]) -> None:
    if names:
        say(f"{what} {', '.join(repr(name[:100]) for name in names[:20])}")


def _files(platform: Platform) -> Iterator[tuple[str, Path]]:
    folder = platform.root / "processing/input/data"
    found = sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise ProgramInputRefused(str(folder), "at least one file to score")
    for path in found:
        yield path.relative_to(folder).as_posix(), path


def _options(platform: Platform) -> _Options:
    given = platform.environment
    accept = given.get("TRANSFORM_ACCEPT") or CSV
    if accept not in FORMS:
        raise ProgramInputRefused("TRANSFORM_ACCEPT", " or ".join(FORMS))
    reasons = (given.get("TRANSFORM_REASONS") or "false").lower()
    if reasons not in _FALSE_TRUE:
        raise ProgramInputRefused("TRANSFORM_REASONS", " or ".join(_FALSE_TRUE))
    day = given.get("TRANSFORM_AS_OF") or ""
    try:
        as_of = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) if day else None
    except ValueError:
        raise ProgramInputRefused("TRANSFORM_AS_OF", "a day such as 2025-12-31") from None
    return _Options(accept, reasons == "true", as_of)
