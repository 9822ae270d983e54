"""Look over the text of a CSV file: its encoding, separator, header, and whether it is whole."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stayline.errors import ExtractUnreadable

BOM = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 23
_HEADER = 1 << 20
_SEPARATORS = (",", ";", "\t", "|")
_FOREIGN = {
    b"PK\x03\x04": "it is a zip file or an Excel workbook; save the sheet as CSV.",
    b"\xd0\xcf\x11\xe0": "it is an old Excel workbook; save the sheet as CSV.",
    b"\x1f\x8b": "it is compressed; unpack it first.",
    b"\x28\xb5\x2f\xfd": "it is compressed; unpack it first.",
}


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV that can be read as UTF-8: the file itself, or its text recoded in memory."""

    source: Path | bytes
    separator: str
    names: tuple[str, ...]


def csv_text(path: Path) -> CsvText:
    """Return how to read the file; raises `ExtractUnreadable` naming the first torn line."""
    try:
        source = _as_utf8(path)
    except OSError as error:
        raise ExtractUnreadable(str(path), f"{error.strerror}.") from error
    head = next(_chunks(source, _HEADER), b"").removeprefix(codecs.BOM_UTF8)
    if not head.strip():
        raise ExtractUnreadable(str(path), "it is empty.")
    if b"\r" in head and b"\n" not in head:
        raise ExtractUnreadable(str(path), "its lines end in CR alone; save it with LF or CR LF.")
    separator, names = _header(path, head)
    _check_lines(path, source, separator, len(names))
    return CsvText(source, separator, names)


def _as_utf8(path: Path) -> Path | bytes:
    head = next(_chunks(path, 4), b"")
    for magic, reason in _FOREIGN.items():
        if head.startswith(magic):
            raise ExtractUnreadable(str(path), reason)
    if head.startswith(BOM[1:]):
        return _recoded(path, "utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path, _CHUNK):
            if b"\0" in chunk:
                raise ExtractUnreadable(str(path), "it holds zero bytes, so it is no text file.")
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _recoded(path, "cp1252")
    return path


def _recoded(path: Path, encoding: str) -> bytes:
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        reason = "it is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8."
        raise ExtractUnreadable(str(path), reason) from error
    if "\0" in text:
        raise ExtractUnreadable(str(path), "it holds zero bytes, so it is no text file.")
    return text.encode()


def _chunks(source: Path | bytes, size: int) -> Iterator[bytes]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        while chunk := file.read(size):
            yield chunk


def _header(path: Path, head: bytes) -> tuple[str, tuple[str, ...]]:
    text = head.decode("utf-8", "ignore")
    first_line = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first_line.count)
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except (csv.Error, StopIteration) as error:
        raise ExtractUnreadable(str(path), "its first line is no header.") from error
    if not all(cell.isprintable() for cell in cells):
        raise ExtractUnreadable(str(path), "its first line is no header of column names.")
    names = tuple(cell.strip() or f"column_{n}" for n, cell in enumerate(cells, 1))
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        reason = f"the header names {', '.join(map(repr, repeated))} more than once; rename one."
        raise ExtractUnreadable(str(path), reason)
    return separator, names


def _check_lines(path: Path, source: Path | bytes, separator: str, cells: int) -> None:
    """Refuse lines with too few cells, which polars would fill up, or too many, and open quotes.

    Cells are counted by the bytes outside quotes, a chunk at a time, so that a file of any size is
    looked over at memory speed.
    """
    line, carried, in_quotes, last = 1, 0, False, b""
    for chunk in _chunks(source, _CHUNK):
        at = np.frombuffer(chunk, dtype=np.uint8)
        outside = np.ones(at.size, dtype=bool)
        if in_quotes or b'"' in chunk:
            quotes = np.logical_xor.accumulate(at == ord('"')) ^ in_quotes
            outside, in_quotes = ~quotes, bool(quotes[-1])
        ends = np.flatnonzero((at == ord("\n")) & outside)
        splits = np.flatnonzero((at == ord(separator)) & outside)
        before = np.searchsorted(splits, ends)
        counts = np.diff(before, prepend=0)
        if ends.size:
            counts[0] += carried
        for index in np.flatnonzero(counts != cells - 1):
            start = ends[index - 1] + 1 if index else 0
            text = (last if index == 0 else b"") + chunk[start : ends[index]]
            if text.strip():
                _refuse_torn(path, line + int(index), int(counts[index]) + 1, cells)
        carried = splits.size - int(before[-1]) if ends.size else carried + splits.size
        last = chunk[int(ends[-1]) + 1 :] if ends.size else last + chunk
        line += ends.size
    if in_quotes:
        raise ExtractUnreadable(
            str(path),
            "a quote is opened and never closed, or stands inside a cell; the file is torn.",
        )
    if last.strip() and carried != cells - 1:
        _refuse_torn(path, line, carried + 1, cells)


def _refuse_torn(path: Path, line: int, found: int, cells: int) -> None:
    reason = f"row {line} has {found} cell(s) where the header has {cells}; the file is torn."
    raise ExtractUnreadable(str(path), reason)
