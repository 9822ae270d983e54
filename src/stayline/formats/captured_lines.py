"""Blocks of captured lines as columns, for whoever looks at a million of them.

`read_capture_line` gives one record back as it was; this reads what a monitor needs, several times
as fast.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Annotated

import msgspec

from stayline.formats.capture_records import COLUMNS, VARIANT
from stayline.formats.csv_rows import json_object

TORN_LINE = "torn line"
NO_RECORD = "no capture record"
NO_ANSWER = "unreadable request or answer"


class Answer(msgspec.Struct, gc=False):
    """What the model answered, and of whom; ``token`` is None for a nameless request."""

    risk: Annotated[float, msgspec.Meta(ge=0, le=1)]
    band: str | None = None
    token: str | None = None
    model_version: int | None = None


@dataclass(frozen=True, slots=True)
class CapturedLines:
    """The records of some lines, column by column, in their order.

    ``requests`` are JSON text, whatever they were kept as; ``times`` the text of when each was
    answered. ``lines`` counts those that are not empty; what could not be read of them is in
    ``faults``: a last line without its end as `TORN_LINE`, what is no capture record as
    `NO_RECORD`, a record whose request or answer is of another form as `NO_ANSWER`.
    """

    event_ids: Sequence[str]
    inference_ids: Sequence[str | None]
    times: Sequence[str]
    variants: Sequence[str | None]
    requests: Sequence[str]
    answers: Sequence[Answer]
    lines: int
    faults: Counter[str]


class _Data(msgspec.Struct, gc=False):
    data: str
    encoding: str


class _Event(msgspec.Struct, rename="camel", gc=False):
    event_id: str
    inference_time: str
    inference_id: str | None = None
    custom_attributes: list[str] | None = None


class _CaptureData(msgspec.Struct, rename="camel", gc=False):
    endpoint_input: _Data
    endpoint_output: _Data


class _Line(msgspec.Struct, rename="camel", gc=False):
    capture_data: _CaptureData
    event_metadata: _Event


_LINE = msgspec.json.Decoder(_Line)
_ANSWER = msgspec.json.Decoder(Answer)
_NAMES = msgspec.json.Decoder(tuple[str, ...])


def captured_lines(block: bytes) -> CapturedLines:
    """Return the records of a block of lines, in their order."""
    try:
        read = _LINE.decode_lines(block)
        lines, faults = len(read), Counter[str]()
    except ValueError:  # msgspec's and base64's errors are ValueErrors
        read, lines, faults = _line_by_line(block)
    data = [line.capture_data for line in read]
    try:
        requests = [
            _request(line) if asked.endpoint_input.encoding != "JSON" else asked.endpoint_input.data
            for line, asked in zip(read, data, strict=True)
        ]
        told = [
            _text(answered) if answered.encoding != "JSON" else answered.data
            for answered in (part.endpoint_output for part in data)
        ]
        answers = _ANSWER.decode_lines("\n".join(told))
        if len(answers) != len(told):
            raise ValueError("An answer is empty, or more than one.")
    except ValueError:
        before = len(read)
        read, requests, answers = _record_by_record(read)
        faults[NO_ANSWER] += before - len(read)
    events = [line.event_metadata for line in read]
    return CapturedLines(
        event_ids=[event.event_id for event in events],
        inference_ids=[event.inference_id for event in events],
        times=[event.inference_time for event in events],
        variants=[_variant(event.custom_attributes) for event in events],
        requests=requests,
        answers=answers,
        lines=lines,
        faults=+faults,
    )


def _line_by_line(block: bytes) -> tuple[list[_Line], int, Counter[str]]:
    read, lines, faults = [], 0, Counter[str]()
    for line in BytesIO(block):
        if not line.strip():
            continue
        lines += 1
        try:
            read.append(_LINE.decode(line))
        except ValueError:
            faults[NO_RECORD if line.endswith(b"\n") else TORN_LINE] += 1
    return read, lines, faults


def _record_by_record(read: Sequence[_Line]) -> tuple[list[_Line], list[str], list[Answer]]:
    kept, requests, answers = [], [], []
    for line in read:
        try:
            request = _request(line)
            answer = _ANSWER.decode(_text(line.capture_data.endpoint_output))
        except ValueError:
            continue
        kept.append(line)
        requests.append(request)
        answers.append(answer)
    return kept, requests, answers


def _request(line: _Line) -> str:
    asked = line.capture_data.endpoint_input
    if asked.encoding != "CSV":
        return _text(asked)
    attributes = line.event_metadata.custom_attributes
    if not attributes or not attributes[-1].startswith(COLUMNS):
        raise ValueError("The row has no names.")
    return json_object(_names(attributes[-1]), asked.data)


@lru_cache(maxsize=16)
def _names(attribute: str) -> tuple[str, ...]:
    return _NAMES.decode(attribute.removeprefix(COLUMNS))


def _text(kept: _Data) -> str:
    if kept.encoding == "JSON":
        return kept.data
    if kept.encoding == "BASE64":
        return b64decode(kept.data, validate=True).decode()
    raise ValueError("The encoding is none of the three.")


def _variant(attributes: list[str] | None) -> str | None:
    """Return the variant that stands last, but for the columns of a CSV."""
    last = attributes[-1] if attributes else ""
    if attributes and len(attributes) > 1 and last.startswith(COLUMNS):
        last = attributes[-2]
    return last[len(VARIANT) :] or None if last.startswith(VARIANT) else None
