"""When a step need not run again: its program, its arguments and its inputs are the same."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

import stayline
from stayline.adapters.embedded.pipeline.trees import file_digest

_LIBRARIES = ("numpy", "optuna", "polars", "scikit-learn", "stayline", "xgboost", "xgboost-cpu")
"""XGBoost goes by either of two names."""
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
    """Return the digest of Stayline's own programs, and of the libraries that they compute with."""
    package = Path(stayline.__file__).parent
    files = {
        path.relative_to(package).as_posix(): file_digest(path)
        for path in package.rglob("*")
        if path.suffix in (".py", ".toml")
    }
    known = [platform.python_version(), list(_versions()), files]
    return hashlib.sha256(msgspec.json.encode(known, order="sorted")).hexdigest()


def _versions() -> Iterator[tuple[str, str]]:
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            yield library, version(library)


def _without_uris(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _without_uris(v) for k, v in value.items() if k not in _URIS}
    if isinstance(value, list):
        return [_without_uris(member) for member in value]
    return value
