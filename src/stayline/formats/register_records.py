"""Records of the governance register from texts: a form, a command's options, a line of a CSV."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from stayline.domain.deadlines import due_on
from stayline.domain.field_values import LONGEST_TEXT
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import DeferredErasure, LegalHold, PurgeRun
from stayline.domain.register.rights import Erasure, NoticeGiven, RightsRequest
from stayline.domain.request_rows import checked_id
from stayline.errors import RegisterEntryRefused, RequestRefused

EMPLOYEE_ID, SUBJECT = "employee_id", "subject"
REPRESENTATIVES = "representatives"
"""The subject of a notice to those who speak for the workforce."""
LONGEST_WORDS = 1000
_ABOUT_PEOPLE = (HrEvent, RightsRequest, NoticeGiven, LegalHold, Erasure)
_MADE_BY_ITSELF = (PurgeRun, Erasure, DeferredErasure)
"""What only the system may write down: a record by hand would be no evidence."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DUE_ON = "due_on"
_SPANS = (("valid_from", "valid_until"), ("since", "until"), ("started_at", "completed_at"))

Kind = TypeVar("Kind")
TokenOf = Callable[[str], str]
"""From an HR id to a token."""
_TEXT = (str,)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a field takes: its type, the types of a union, and whether it may be left out."""

    hint: Any
    types: tuple[Any, ...]
    is_list: bool
    is_needed: bool


def is_about_people(kind: type) -> bool:
    """Whether its subject is a person."""
    return issubclass(kind, _ABOUT_PEOPLE)


def record_of(kind: type[Kind], texts: Mapping[str, str], token_of: TokenOf) -> Kind:
    """Return the record that texts by field name tell; an empty text is not given.

    ``kind`` is a type of `domain.register`.
    A person is named by HR id, as ``subject`` or ``employee_id``. Several values stand between
    semicolons; an instant has its zone, and a day alone is its midnight in UTC. A request's last
    day is worked out. Raises `RegisterEntryRefused` with all that is wrong; no HR id is told.
    """
    if issubclass(kind, _MADE_BY_ITSELF):
        raise RegisterEntryRefused(kind.__name__, ["only the system itself writes these down"])
    given = {name: text.strip() for name, text in texts.items() if text.strip()}
    if is_about_people(kind) and EMPLOYEE_ID in given:
        given.setdefault(SUBJECT, given.pop(EMPLOYEE_ID))
    values: dict[str, Any] = {}
    problems = list(_read(kind, given, values, token_of))
    if not problems and kind is RightsRequest:
        last = due_on(values["kind"], values["jurisdiction"], values["received_on"])
        values.setdefault(_DUE_ON, last)
        if values[_DUE_ON] < last:
            problems.append(f"{_DUE_ON}: expected {last} or later, or nothing")
    if problems:
        raise RegisterEntryRefused(kind.__name__, problems)
    return kind(**values)


def _read(
    kind: type, given: Mapping[str, str], values: dict[str, Any], token_of: TokenOf
) -> Iterator[str]:
    """Put what can be read into ``values``, and yield what is wrong."""
    known = _fields(kind)
    for name in given.keys() - known.keys():
        yield f"{name[:LONGEST_TEXT]!r} is no field of it; there are {', '.join(known)}"
    for name, taken in known.items():
        if name not in given:
            if taken.is_needed and not (kind is RightsRequest and name == _DUE_ON):
                yield f"{name}: it is missing"
            continue
        try:
            values[name] = _value(kind, name, given[name], taken, token_of)
        except (msgspec.ValidationError, RequestRefused, ValueError) as error:
            yield f"{name}: expected {_expected(error, taken)}"
    for first, last in _SPANS:
        if values.get(first) and values.get(last) and values[first] >= values[last]:
            yield f"{last}: expected a time after {first}"


def _value(kind: type, name: str, text: str, taken: _Taken, token_of: TokenOf) -> Any:
    if len(text) > LONGEST_WORDS or "\x00" in text:
        raise ValueError(f"at most {LONGEST_WORDS} characters, without NUL")
    if name == SUBJECT and is_about_people(kind):
        is_nobody = kind is NoticeGiven and text == REPRESENTATIVES
        return text if is_nobody else token_of(checked_id(text))
    if taken.types == _TEXT:
        return text
    if taken.is_list:
        parts = [part.strip() for part in text.split(";") if part.strip()]
        return msgspec.convert(parts, type=taken.hint)
    if datetime in taken.types:
        text = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
        instant = msgspec.convert(text, type=datetime)
        if instant.tzinfo is None:
            raise ValueError("an instant with its zone, such as 2026-03-01T09:00:00Z")
        return instant
    if bool in taken.types:
        text = {"yes": "true", "no": "false"}.get(text.lower(), text.lower())
    return msgspec.convert(text, type=taken.hint, strict=False)


def _expected(error: Exception, taken: _Taken) -> str:
    if isinstance(error, RequestRefused):
        return "an HR id"
    if not isinstance(error, msgspec.ValidationError):
        return str(error)
    names = {"datetime": "an instant", "date": "a day such as 2026-03-01", "bool": "yes or no"}
    for one in taken.types:
        if hasattr(one, "__members__"):
            return f"one of {', '.join(one)}"
        if getattr(one, "__name__", "") in names:
            return names[one.__name__]
    return "a number" if {int, float} & set(taken.types) else "text"


@cache
def _fields(kind: type) -> dict[str, _Taken]:
    hints = get_type_hints(kind)
    return {field.name: _taken(field, hints[field.name]) for field in fields(kind)}


def _taken(field: Field[Any], hint: Any) -> _Taken:
    is_needed = field.default is MISSING and field.default_factory is MISSING
    return _Taken(hint, get_args(hint) or (hint,), get_origin(hint) is tuple, is_needed)
