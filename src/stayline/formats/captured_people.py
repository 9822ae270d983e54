"""Whose captured lines are, and when they were answered, for who removes some of them."""

import re
from base64 import b64decode
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
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
_CODED = b'"BASE64"'
_TOKEN = re.compile(rb'token\\":\s*\\"([0-9a-f]{32})\\"')
"""Where a line names a token, which is JSON within JSON."""
_FEW = 8


def person_of(line: bytes) -> CapturedPerson | None:
    """Return whose a line is; None for a line that is no record."""
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


def ids_in(lines: Iterable[bytes], tokens: Collection[EmployeeToken]) -> set[str]:
    """Return the ids under which labels may name answers about these people."""
    those = frozenset(tokens)
    return {
        name
        for line in lines
        if may_name(line, those)
        and (person := person_of(line)) is not None
        and person.token in those
        for name in person.ids
    }


def tokens_in(lines: bytes) -> list[EmployeeToken]:
    """Return the tokens that whole lines name, one a record, much faster than one by one."""
    if _CODED in lines:
        people = map(person_of, lines.splitlines())
        return [p.token for p in people if p is not None and p.token is not None]
    return [EmployeeToken(token.decode()) for token in _TOKEN.findall(lines)]


def may_name(line: bytes, tokens: AbstractSet[EmployeeToken]) -> bool:
    """Whether a line may be of one of these people; if not, it need not be read."""
    if _CODED in line:
        return True
    if len(tokens) <= _FEW:
        return any(token.encode() in line for token in tokens)
    return any(token.decode() in tokens for token in _TOKEN.findall(line))
