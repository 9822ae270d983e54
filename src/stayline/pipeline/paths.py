"""Paths into nested values: ``Outputs['train'].S3Output.S3Uri`` and ``digests.bias_analysis``."""

import re
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]

_PART = re.compile(
    r"(?P<name>[^.\[\]'\"\s]+)|\[(?P<at>\d{1,9})\]|\[(?P<q>['\"])(?P<key>.+?)(?P=q)\]"
)
_NAMES = ("OutputName", "InputName", "ChannelName")
"""The members that give an entry of a list in a request its name."""


class NoSuchPath(LookupError):
    """A path leads nowhere; the text is the part that was reached."""


def parts_of(path: str) -> Path | None:
    """Return the parts of a path, or None when it is not one.

    >>> parts_of("Outputs['train'].S3Output.S3Uri")
    ('Outputs', 'train', 'S3Output', 'S3Uri')
    >>> parts_of("$.rows[0].count")
    ('rows', 0, 'count')
    """
    at, parts = (2 if path.startswith("$.") else 0), list[str | int]()
    while at < len(path):
        if parts and path[at] != "[":
            if path[at] != ".":
                return None
            at += 1
        found = _PART.match(path, at)
        if found is None or (not parts and found["name"] is None and not path.startswith("[")):
            return None
        named = found["name"] or found["key"]
        parts.append(int(found["at"]) if named is None else named)
        at = found.end()
    return tuple(parts) or None


def found_at(value: object, path: Path) -> object:
    """Return what a path leads to; raises `NoSuchPath`.

    A name finds a key of an object, or the entry with that name in a list of a request.
    """
    for number, part in enumerate(path):
        match value, part:
            case Mapping(), str() if part in value:
                value = value[part]
            case [*entries], int() if part < len(entries):
                value = entries[part]
            case [*entries], str() if _named(entries, part) is not None:
                value = _named(entries, part)
            case _:
                raise NoSuchPath(".".join(str(known) for known in path[: number + 1]))
    return value


def _named(entries: Sequence[object], name: str) -> object:
    for entry in entries:
        if isinstance(entry, Mapping) and name in (entry.get(key) for key in _NAMES):
            return entry
    return None
