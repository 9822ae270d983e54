"""The files of a transform, read a part at a time: CSV, JSON Lines or Parquet, told by content."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec
import polars as pl

from stayline.errors import ProgramInputRefused
from stayline.formats.extract import extract_batches

if TYPE_CHECKING:
    from _csv import Reader

_SEPARATORS = (",", ";", "\t", "|")
_HEAD = 1 << 16
_LONGEST_LINE = 1 << 24
Cells = pl.Series | list[object]


@dataclass(frozen=True, slots=True)
class RawRows:
    """Some rows as they stand in the file, by the names that were asked for.

    ``lines`` has each row's line in the file (in Parquet its row), from 1; ``left_out`` the names
    in the file that nobody asked for.
    """

    lines: Sequence[int]
    cells: Mapping[str, Cells]
    left_out: frozenset[str]


def raw_rows(
    path: Path, name: str, inputs: Sequence[str], also: Collection[str], rows: int
) -> Iterator[RawRows]:
    """Yield the file in its order, at most ``rows`` rows at a time.

    A CSV whose first line names no input has no header; its cells are the ``inputs`` in order.
    ``also`` are names that are wanted if there. Raises `ProgramInputRefused` with the line.
    """
    wanted = frozenset(inputs) | frozenset(also)
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise ProgramInputRefused(name, "at least one row; it is empty")
    if head.startswith(b"PAR1"):
        yield from _parquet(path, wanted, rows)
        return
    with path.open(encoding="utf-8-sig", newline="") as text:
        try:
            if head.startswith(b"{"):
                yield from _json_lines(text, name, wanted, rows)
            else:
                yield from _csv(text, name, inputs, wanted, rows)
        except UnicodeDecodeError:
            raise ProgramInputRefused(name, "text in UTF-8") from None


def _parquet(path: Path, wanted: frozenset[str], rows: int) -> Iterator[RawRows]:
    first = 1
    for batch in extract_batches(path, rows):
        kept = {column: batch[column] for column in batch.columns if column in wanted}
        lines = range(first, first + batch.height)
        yield RawRows(lines, kept, frozenset(batch.columns) - wanted)
        first += batch.height


def _json_lines(text: TextIO, name: str, wanted: frozenset[str], rows: int) -> Iterator[RawRows]:
    decoder = msgspec.json.Decoder(dict[str, object])
    numbered = _numbered(text, name)
    while part := list(islice(numbered, rows)):
        records: list[dict[str, object]] = []
        for line, record in part:
            try:
                records.append(decoder.decode(record))
            except msgspec.MsgspecError:
                raise ProgramInputRefused(f"{name}, line {line}", "a JSON object") from None
        names = frozenset[str]().union(*records)
        cells: dict[str, Cells] = {
            column: [record.get(column) for record in records] for column in wanted & names
        }
        yield RawRows([line for line, _ in part], cells, names - wanted)


def _numbered(text: TextIO, name: str) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers; blank ones are none, and none may fill the memory."""
    for number in count(1):
        line = text.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            expected = f"a line of at most {_LONGEST_LINE:,} characters"
            raise ProgramInputRefused(f"{name}, line {number}", expected)
        if not line:
            return
        if line.strip():
            yield number, line


def _csv(
    text: TextIO, name: str, inputs: Sequence[str], wanted: frozenset[str], rows: int
) -> Iterator[RawRows]:
    first_line = text.readline(_HEAD)
    text.seek(0)
    separator = max(_SEPARATORS, key=first_line.count)
    read = csv.reader(text, delimiter=separator, strict=True)
    columns: Sequence[str] = inputs
    with_header = not frozenset(inputs).isdisjoint(_names(first_line, separator))
    try:
        if with_header:
            columns = [cell.strip() for cell in next(read)]
            if len(set(columns)) != len(columns):
                raise ProgramInputRefused(f"{name}, line 1", "each name once")
        while part := _lines(read, name, len(columns), rows):
            lines, records = zip(*part, strict=True)
            named = zip(columns, zip(*records, strict=True), strict=True)
            cells = {c: pl.Series(c, values, pl.String) for c, values in named if c in wanted}
            yield RawRows(lines, cells, frozenset(columns) - wanted)
    except csv.Error:
        raise ProgramInputRefused(
            f"{name}, line {read.line_num}", "CSV; a quote is open or stands inside a cell"
        ) from None


def _lines(read: "Reader", name: str, cells: int, rows: int) -> list[tuple[int, list[str]]]:
    """Return the next rows, each with the number of its last line."""
    part = []
    for record in islice(read, rows):
        if len(record) != cells:
            raise ProgramInputRefused(
                f"{name}, line {read.line_num}", f"{cells} cells, not {len(record)}"
            )
        part.append((read.line_num, record))
    return part


def _names(first_line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([first_line], delimiter=separator), [])]
    except csv.Error:
        return []
