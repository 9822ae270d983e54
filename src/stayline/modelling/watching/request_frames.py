"""Captured requests as typed columns, and where they are not what the model's inputs are."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec
import polars as pl

from stayline.domain.field_values import FieldRefused, checked_value, flag_words
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Column, Kind, Role

MOST_NAMES, LONGEST_NAME = 1_000, 60
"""So many unknown names are told apart, each by its beginning: anyone may send any."""
OTHER_NAMES = "(other names)"
_UNUSUAL = re.compile(r'["\\\x00-\x1f]')
_OBJECT = msgspec.json.Decoder(dict[str, object])
_ENCODE = msgspec.json.Encoder().encode


@dataclass(slots=True)
class OddInputs:
    """What of the requests did not fit the inputs, by column: how many rows lacked it, had it
    beyond the inputs, or gave a value of another type; and in how many ``rows`` any of it was so.

    ``seen`` counts all requests that have any of the inputs, those that fit among them.
    """

    seen: int = 0
    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    other_typed: Counter[str] = field(default_factory=Counter)


class RequestFrames:
    """Turns requests, as JSON text, into frames of the inputs: numbers, dates, and words.

    Requests that are exactly what the inputs are are read by polars, on another thread, while
    msgspec checks here that they are; the others are first put right one by one. A column that a
    request lacks, or a value that its column cannot hold, becomes null and is counted in ``odd``.
    Neither bounds nor listed categories are held against the values: whether those moved is for the
    monitors to say.
    """

    def __init__(self, inputs: Sequence[Column]) -> None:
        self.odd = OddInputs()
        self._columns = {column.name: _unbounded(column) for column in inputs}
        self._flags = {c.name: flag_words(c) for c in inputs if c.kind is Kind.FLAG}
        self._kinds = {name: _kept_as(column) for name, column in self._columns.items()}
        self._schema = {
            name: pl.Float64() if kind == pl.Float64 else pl.String()
            for name, kind in self._kinds.items()
        }
        self._exact = _exact_decoder(self._schema)
        self._thread = ThreadPoolExecutor(max_workers=1)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown()

    def start(self, requests: Sequence[str]) -> Future[pl.DataFrame]:
        """Begin to read; the frame is asked for by `finish`, best after the next one is begun."""
        return self._thread.submit(self._read, "\n".join(requests))

    def finish(
        self, requests: Sequence[str], reading: Future[pl.DataFrame]
    ) -> tuple[pl.DataFrame, Sequence[int]]:
        """Return one row a request, and which rows are of no request that has any of the inputs.

        Words are Categorical, so that a million of them stay small.
        """
        texts, foreign = list(requests), list[int]()
        if not self._are_exact(requests):
            odd = [row for row, text in enumerate(texts) if not self._are_exact([text])]
            self._put_right(texts, odd, foreign)
            reading = self.start(texts)
        try:
            read = reading.result()
            frame = self._typed(read)
            if self._dates(read) == self._dates(frame):
                self.odd.seen += len(requests) - len(foreign)
                return frame, foreign
        except pl.exceptions.PolarsError:
            pass  # whatever polars refuses is put right below
        rest = [row for row, text in enumerate(requests) if text is texts[row]]
        self._put_right(texts, rest, foreign)
        self.odd.seen += len(requests) - len(foreign)
        return self._typed(self._read("\n".join(texts))), foreign

    def _are_exact(self, requests: Sequence[str]) -> bool:
        """Whether every request is one line with all inputs, nothing else, in their types."""
        if self._exact is None:
            return False
        text = "\n".join(requests)
        try:
            return len(self._exact.decode_lines(text)) == len(requests) == text.count("\n") + 1
        except msgspec.MsgspecError:
            return False

    def _put_right(self, texts: list[str], rows: Sequence[int], foreign: list[int]) -> None:
        for row in rows:
            values = self._values(texts[row])
            if values is None:
                foreign.append(row)
            texts[row] = _ENCODE(values or dict.fromkeys(self._columns)).decode()

    def _read(self, text: str) -> pl.DataFrame:
        if not text or not self._schema:
            return pl.DataFrame(schema=self._schema)
        return pl.read_ndjson(text.encode(), schema=self._schema)

    def _typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.col(name).str.to_date("%Y-%m-%d", strict=False)
            if kind == pl.Date
            else pl.col(name).cast(kind)
            for name, kind in self._kinds.items()
        )

    def _dates(self, frame: pl.DataFrame) -> int:
        """Return how many values the columns of dates have."""
        return sum(frame[name].count() for name, kind in self._kinds.items() if kind == pl.Date)

    def _values(self, request: str) -> dict[str, FieldValue] | None:
        """Return a value for each of the inputs; None for what has none of them."""
        try:
            given = _OBJECT.decode(request)
        except msgspec.MsgspecError:
            return None
        odd = self.odd
        missing = self._columns.keys() - given.keys()
        extra = given.keys() - self._columns.keys()
        if len(missing) == len(self._columns):
            return None
        odd.missing.update(missing)
        odd.extra.update({_told(name, odd.extra) for name in extra})
        is_odd = bool(missing or extra)
        values: dict[str, FieldValue] = {}
        for name, column in self._columns.items():
            try:
                values[name] = self._value(column, given.get(name))
            except FieldRefused:
                values[name] = None
                odd.other_typed[name] += 1
                is_odd = True
        odd.rows += is_odd
        return values

    def _value(self, column: Column, value: object) -> FieldValue:
        if isinstance(value, bool) and column.name in self._flags:
            return self._flags[column.name][value]
        if isinstance(value, str) and column.kind is Kind.CATEGORY:
            return value
        return checked_value(column, value)


def _told(name: str, known: Mapping[str, int]) -> str:
    """Return an unknown name as it is counted: printable, short, and one of not too many."""
    short = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
    short = "".join(sign if sign.isprintable() else "?" for sign in short)
    return short if short in known or len(known) < MOST_NAMES else OTHER_NAMES


def _unbounded(column: Column) -> Column:
    kind = column.kind if column.kind in (Kind.NUMBER, Kind.DATE) else Kind.CATEGORY
    return Column(column.name, kind, Role.FEATURE, date_formats=column.date_formats)


def _kept_as(column: Column) -> pl.DataType:
    kinds: dict[Kind, pl.DataType] = {Kind.NUMBER: pl.Float64(), Kind.DATE: pl.Date()}
    return kinds.get(column.kind, pl.Categorical())


def _exact_decoder(
    schema: Mapping[str, pl.DataType],
) -> msgspec.json.Decoder[msgspec.Struct] | None:
    """Return a decoder that refuses what is not these columns, all of them, in these types.

    None where a name holds what msgspec lets no field be called.
    """
    if any(_UNUSUAL.search(name) for name in schema):
        return None
    fields = [f"field_{number}" for number in range(len(schema))]
    exact = msgspec.defstruct(
        "Request",
        [
            (name, float | None if kind == pl.Float64 else str | None)
            for name, kind in zip(fields, schema.values(), strict=True)
        ],
        rename=dict(zip(fields, schema, strict=True)),
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(exact)
