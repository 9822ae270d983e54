"""Whose captured lines are, and when they were answered, for who removes some of them."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from stayline.domain.pseudonyms import EmployeeToken


@dataclass(frozen=True, slots=True)
class CapturedPerson:
    """One line: whose (None for a nameless request), when, and by which ids a label names it."""

    token: EmployeeToken | None
    at: datetime
    ids: tuple[str, ...]


class _Answer(msgspec.Struct, gc=False):
    token: str | None = None


class _Data(msgspec.Struct, gc=False):
    data: str
    encoding: str


class _Event(msgspec.Struct, rename="camel", gc=False):
    event_id: str
    inference_time: datetime
    inference_id: str | None = None


class _CaptureData(msgspec.Struct, rename="camel", gc=False):
    endpoint_output: _Data


class _Line(msgspec.Struct, rename="camel", gc=False):
    capture_data: _CaptureData
    event_metadata: _Event


_LINE = msgspec.json.Decoder(_Line)
_ANSWER = msgspec.json.Decoder(_Answer)


def captured_people(lines: Sequence[bytes]) -> list[CapturedPerson | None]:
    """Return the person of each line; None for a line that is no record."""
    return [_person(line) for line in lines]


def _person(line: bytes) -> CapturedPerson | None:
    try:
        read = _LINE.decode(line)
        event, output = read.event_metadata, read.capture_data.endpoint_output
        answer = b64decode(output.data) if output.encoding == "BASE64" else output.data
        token = _ANSWER.decode(answer).token
    except ValueError:  # msgspec's and base64's errors are ValueErrors
        return None
    ids = tuple(name for name in (event.event_id, event.inference_id) if name is not None)
    whose = None if token is None else EmployeeToken(token)
    return CapturedPerson(whose, event.inference_time, ids)
