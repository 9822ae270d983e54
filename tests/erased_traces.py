"""Every byte of a home, read for what may not be left of a person."""

import gzip
import io
import struct
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

TOKENS_MAY_STAY = ("state.db", "state.db-wal", "audit")
"""Audit events and the tombstone hold tokens, and nothing else of a person."""
EVIDENCE = ("reports", "compliance")
"""What a check went by is kept as it was judged, by token and without words."""
AGGREGATES = ("models", "reports")
"""What was made of everyone may hold single values, as a highest income, but no row."""


def traces(
    home: Path, hr_id: str, token: str, words: Sequence[str], numbers: Sequence[float]
) -> list[str]:
    """Return where something of the person is still found, and what."""
    found = []
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        place = path.relative_to(home)
        for name, content in _contents(path):
            found += [f"{place}{name}: {what}" for what in _seen(content, hr_id, words)]
            if token.encode() in content and not _may_hold_tokens(place):
                found.append(f"{place}{name}: the token")
            seen = [number for number in numbers if any(b in content for b in _forms(number))]
            if seen and (place.parts[0] not in AGGREGATES or len(seen) == len(numbers)):
                found.append(f"{place}{name}: {seen}")
    return found


def _may_hold_tokens(place: Path) -> bool:
    return place.parts[0] in TOKENS_MAY_STAY or place.parts[:2] == EVIDENCE


def _seen(content: bytes, hr_id: str, words: Sequence[str]) -> Iterator[str]:
    forms: Mapping[str, Sequence[bytes]] = {
        word: (word.encode(), word.encode("utf-16-le")) for word in (hr_id, *words)
    }
    for word, encoded in forms.items():
        if any(one in content for one in encoded):
            yield word


def _forms(number: float) -> tuple[bytes, ...]:
    """Return a number as text, as parquet and numpy keep it, and as msgpack does."""
    return repr(number).encode(), struct.pack("<d", number), struct.pack(">d", number)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the file's own bytes, and what they hold unpacked and decoded."""
    content = path.read_bytes()
    yield "", content
    if content.startswith(b"PAR1"):
        yield " (decoded)", pl.read_parquet(io.BytesIO(content)).write_csv().encode()
    if content.startswith(b"\x1f\x8b"):
        unpacked = gzip.decompress(content)
        yield " (unpacked)", unpacked
        if path.name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
                for member in archive.getmembers():
                    if member.isfile():
                        yield f" ({member.name})", archive.extractfile(member).read()
