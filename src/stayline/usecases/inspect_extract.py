"""Look at an unknown extract as a careful analyst would, and draft its schema."""

from pathlib import Path

from stayline.domain.inspection import Inspection
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.extract import read_extract
from stayline.modelling.analysis import inspected


def inspect_extract(path: Path, *, schema: WorkforceSchema | None = None) -> Inspection:
    """Return the columns, findings and drafted schema of a CSV or Parquet file; nothing is kept.

    With a ``schema``, its kinds and roles are taken as given and the findings judge it. Raises
    `ExtractUnreadable`. Findings hold counts and category values, never an id, a name or a birth
    date.
    """
    return inspected(read_extract(path), name=path.stem, schema=schema)
