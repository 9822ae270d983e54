"""The files that one step leaves for the next: rows as Parquet, the schema as TOML."""

import io
from pathlib import Path

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import ProgramInputRefused
from stayline.formats.frozen_inputs import SCHEMA
from stayline.formats.schema_toml import dump_schema, parse_schema
from stayline.modelling.dataset import PERSON, WEIGHT
from stayline.ports.feature_store import EVENT_TIME, LABEL, TOKEN

ROWS = "rows.parquet"
TREATED = "treated.json"
"""What was done about people who got an action; it comes with the rows, if there are any."""
PEOPLE = "people.parquet"
LATER_PEOPLE = "later_people.parquet"
EVALUATED = "evaluated.msgpack"
"""The typed figures for the gates; the JSON files beside it say the same for everybody else."""


def read_schema(path: Path) -> WorkforceSchema:
    """Return the schema of a step's input."""
    return parse_schema(path.read_text("utf-8"), path.name)


def write_schema(schema: WorkforceSchema, folder: Path) -> None:
    """Leave the schema that this execution works under."""
    (folder / SCHEMA).write_text(dump_schema(schema), "utf-8")


def read_frame(source: Path | io.BytesIO, name: str = "") -> pl.DataFrame:
    """Return the rows of a file; raises `ProgramInputRefused` when it is torn or no Parquet."""
    try:
        return pl.read_parquet(source)
    except (pl.exceptions.PolarsError, OSError) as error:
        name = name or getattr(source, "name", "")
        raise ProgramInputRefused(name, f"a Parquet file ({type(error).__name__})") from error


def write_rows(rows: pl.DataFrame, schema: WorkforceSchema, folder: Path) -> None:
    """Leave labelled rows without tokens and segments: label, person, event time, inputs, weight.

    The weight is there only where some rows are to count more than others.
    """
    kept = [column.name for column in schema.model_inputs]
    kept += [name for name in rows.columns if name == WEIGHT]
    rows.select(LABEL, PERSON, EVENT_TIME, *kept).write_parquet(folder / ROWS)


def write_people(rows: pl.DataFrame, schema: WorkforceSchema, path: Path) -> None:
    """Leave whose each row is, and what is kept of them that no model sees, for the audit."""
    inputs = {column.name for column in schema.model_inputs}
    segments = [c.name for c in schema.stored_columns if c.name not in inputs]
    rows.select(TOKEN, EVENT_TIME, *segments).write_parquet(path)


def with_people(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return rows put together again with whose they are, as `labelled_rows` made them."""
    return people.hstack(rows.drop(EVENT_TIME))


def unseen_bytes(risk: np.ndarray) -> bytes:
    """Return out-of-fold risks (repeats, n) as Parquet, one column per repeat."""
    out = io.BytesIO()
    pl.DataFrame({f"repeat_{i}": row for i, row in enumerate(risk)}).write_parquet(out)
    return out.getvalue()


def read_unseen(content: bytes) -> np.ndarray:
    """Return out-of-fold risks (repeats, n)."""
    return read_frame(io.BytesIO(content), "unseen.parquet").to_numpy().T
