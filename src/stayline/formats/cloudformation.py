"""CloudFormation templates as the CDK writes them: resources, and what their properties say.

Only what the template itself says is told: a value that AWS fills in later stands as
``${Name.Attribute}`` in texts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stayline.errors import FileUnreadable

TEMPLATES = "*.template.json"
"""How the CDK calls the templates in its folder."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; ``name`` is its logical id."""

    name: str
    type: str
    properties: Mapping[str, object]
    is_retained: bool

    def text(self, key: str) -> str:
        """Return a property as text; empty where it is not there."""
        return plain(self.properties.get(key, ""))


class _Resource(msgspec.Struct, frozen=True, rename="pascal"):
    type: str
    properties: dict[str, object] = {}
    deletion_policy: str = "Delete"


class _Template(msgspec.Struct, frozen=True, rename="pascal"):
    resources: dict[str, _Resource]


def read_templates(path: Path) -> list[Resource]:
    """Return the resources of a template, or of all templates in a folder that the CDK wrote.

    Raises `FileUnreadable` for a file that is no template, and for a folder without any.
    """
    paths = sorted(path.rglob(TEMPLATES)) if path.is_dir() else [path]
    if not paths:
        raise FileUnreadable(str(path), f"no {TEMPLATES} is in this folder")
    return [resource for one in paths for resource in _read(one)]


def plain(value: object) -> str:
    """Return a value as text, with names for what AWS fills in.

    >>> plain({"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Bucket"}, "/x"]]})
    'arn:aws:s3:::${Bucket}/x'
    """
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [*names]}:
            return f"${{{'.'.join(map(str, names))}}}"
        case {"Fn::Join": [str(between), [*parts]]}:
            return between.join(map(plain, parts))
        case {"Fn::Sub": [text, *_]} | {"Fn::Sub": text}:
            return str(text)
        case _:
            return json.dumps(value)


def document(value: object) -> object:
    """Return a JSON text, or an object, as what it holds; None for what cannot be read."""
    if isinstance(value, Mapping) and not any(key == "Ref" or "::" in key for key in value):
        return value
    try:
        found: object = json.loads(plain(value))
    except (ValueError, RecursionError):
        return None
    return found


def entries(value: object) -> Sequence[Mapping[str, object]]:
    """Return the objects in a list; none of what is no list, or no object."""
    if not isinstance(value, list):
        return []
    return [entry for entry in value if isinstance(entry, dict)]


def entry(value: object) -> Mapping[str, object]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def number(value: object, otherwise: float) -> float:
    """Return a number, also one that is written as text."""
    try:
        return float(value) if isinstance(value, str | int | float) else otherwise
    except ValueError:
        return otherwise


def mentioned(value: object) -> Iterator[str]:
    """Yield the logical ids that a value refers to, however deep."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case Mapping():
            for each in value.values():
                yield from mentioned(each)
        case list():
            for each in value:
                yield from mentioned(each)


def _read(path: Path) -> list[Resource]:
    try:
        template = msgspec.json.decode(path.read_bytes(), type=_Template)
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or type(error).__name__) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        because = f"it is no CloudFormation template in JSON ({error})"
        raise FileUnreadable(str(path), because) from error
    return [
        Resource(name, found.type, found.properties, found.deletion_policy.startswith("Retain"))
        for name, found in template.resources.items()
    ]
