"""When a step need not run again: its program, its arguments and its inputs are the same."""

import hashlib
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import msgspec

import stayline
from stayline.adapters.embedded.pipeline.trees import file_digest

_DISTRIBUTION = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r";.*\bextra\b")
_WHERE_IT_RUNS = {"ProcessingResources", "ResourceConfig", "RoleArn"}
_PLACES = {"InputDataConfig", "OutputDataConfig", "ProcessingInputs", "ProcessingOutputConfig"}
_URIS = {"S3Uri", "S3OutputPath"}


def cache_key(
    name: str,
    kind: str,
    arguments: Mapping[str, object],
    *,
    inputs: Mapping[str, str],
    code: str,
) -> str:
    """Return the digest of all that a step's outputs depend on.

    ``inputs`` are digests: where inputs and outputs are, on which machine and as whom the step
    runs, makes no difference. Nor does the time.
    """
    asked = {
        key: _without_uris(value) if key in _PLACES else value
        for key, value in arguments.items()
        if key not in _WHERE_IT_RUNS
    }
    text = msgspec.json.encode([name, kind, asked, inputs, code], order="sorted")
    return hashlib.sha256(text).hexdigest()


def code_digest() -> str:
    """Return the digest of Stayline's own files, and of all libraries that come with it."""
    package = Path(stayline.__file__).parent
    files = {
        path.relative_to(package).as_posix(): file_digest(path)
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    known = [platform.python_version(), library_versions("stayline"), files]
    return hashlib.sha256(msgspec.json.encode(known, order="sorted")).hexdigest()


def library_versions(distribution: str) -> dict[str, str]:
    """Return the versions of what is installed of a distribution and all that it requires.

    What a marker rules out on this machine is either not installed or does no harm here.
    """
    versions: dict[str, str] = {}
    asked, ahead = {distribution}, [distribution]
    while ahead:
        name = ahead.pop()
        with suppress(PackageNotFoundError):
            found = metadata.distribution(name)
            versions[name] = found.version
            required = set(_names(found.requires or ())) - asked
            asked |= required
            ahead += required
    return versions


def _names(requirements: Iterable[str]) -> Iterator[str]:
    for requirement in requirements:
        name = _DISTRIBUTION.match(requirement)
        if name and not _EXTRA.search(requirement):
            yield name[0]


def _without_uris(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _without_uris(v) for k, v in value.items() if k not in _URIS}
    if isinstance(value, list):
        return [_without_uris(member) for member in value]
    return value
