"""Read an HR extract, CSV or Parquet, in batches of bounded memory, or say why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from stayline.errors import ExtractUnreadable
from stayline.formats.csv_text import BOM, CsvText, csv_text

_READ_ROWS = 100_000
_TORN_CSV = "a line has more cells than the header, or a quote stands inside a cell."
_TORN_PARQUET = "the Parquet file is truncated or damaged."


@dataclass(frozen=True, slots=True)
class Extract:
    """A whole extract: its rows, without the ``empty_rows`` that held nothing at all.

    The columns of a CSV are raw text (String), an empty cell being null; a Parquet file keeps its
    types. ``has_bom``: the file began with a byte order mark, which is no part of the first name.
    """

    frame: pl.DataFrame
    has_bom: bool
    empty_rows: int


def read_extract(path: Path) -> Extract:
    """Return the whole extract; raises `ExtractUnreadable` with the reason."""
    frame = pl.concat(list(extract_batches(path, _READ_ROWS)))
    kept = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    return Extract(kept, _starts_with_bom(path), frame.height - kept.height)


def extract_batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Yield the extract in file order, at most ``rows`` rows at a time, and at least one batch.

    Every line of the file is a row, empty ones too, so that row numbers are line numbers. A CSV in
    UTF-8 and a Parquet file are streamed; other encodings are held in memory as UTF-8 once. Raises
    `ExtractUnreadable`, before the first batch where a look at the text can tell.
    """
    text = None if _is_parquet(path) else csv_text(path)
    given = False
    try:
        frame = _csv(text) if text else _parquet(path)
        for chunk in frame.collect_batches(chunk_size=rows, maintain_order=True):
            for batch in chunk.iter_slices(rows):
                given = True
                yield batch
        if not given:
            yield frame.collect_schema().to_frame()
    except (pl.exceptions.PolarsError, OSError, RuntimeError) as error:
        # What polars says may quote cells, which can be personal data, so it is not repeated.
        raise ExtractUnreadable(str(path), _TORN_CSV if text else _TORN_PARQUET) from error


def _starts_with_bom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4).startswith(BOM)


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1" or path.suffix.lower() == ".parquet"
    except OSError as error:
        raise ExtractUnreadable(str(path), f"{error.strerror}.") from error


def _parquet(path: Path) -> pl.LazyFrame:
    frame = pl.scan_parquet(path, glob=False)
    for name, dtype in frame.collect_schema().items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            reason = (
                f"column {name!r} holds lists, records or bytes; give it one plain value a row."
            )
            raise ExtractUnreadable(str(path), reason)
    return frame


def _csv(text: CsvText) -> pl.LazyFrame:
    frame = pl.scan_csv(
        text.source,
        separator=text.separator,
        infer_schema=False,
        with_column_names=lambda _: list(text.names),
        glob=False,
    )
    return frame.with_columns(pl.all().replace("", None))
