"""All reasons of a batch score in a few hundred bytes, told in words when somebody reads them.

Packed are the contributions, as float32 in the order of the model's inputs, and the inputs' values.
The inputs' names, and what stands in for missing ones, are kept once per model.
"""

import array
import sys
from collections.abc import Iterator, Mapping

import msgspec
import polars as pl

from stayline.domain.reasons import told
from stayline.domain.risk_score import FieldValue, Reason

_Inputs = tuple[tuple[str, FieldValue], ...]
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[bytes, tuple[FieldValue, ...]]).decode
_read_inputs = msgspec.json.Decoder(_Inputs).decode


def inputs_text(assumed: Mapping[str, FieldValue]) -> str:
    """Return a model's inputs in order, each with what stands in for it, as JSON."""
    return msgspec.json.encode(tuple(assumed.items())).decode()


def packed_reasons(contributions: pl.Series, values: pl.DataFrame) -> Iterator[bytes]:
    """Yield one person's packed reasons after the other."""
    if contributions.is_empty():
        return
    content = contributions.to_numpy().astype("<f4").tobytes()
    size = len(content) // len(contributions)
    plain = values.with_columns(pl.col(pl.Date).dt.to_string("iso"))
    for number, row in enumerate(plain.iter_rows()):
        yield _pack((content[number * size : (number + 1) * size], row))


def read_reasons(packed: bytes, inputs: str) -> tuple[Reason, ...]:
    """Return packed reasons in words, the strongest first."""
    content, values = _unpack(packed)
    contributions = array.array("f", content)
    if sys.byteorder == "big":
        contributions.byteswap()
    return told(
        (name, value, assumed, contribution)
        for (name, assumed), value, contribution in zip(
            _read_inputs(inputs), values, contributions, strict=True
        )
    )
