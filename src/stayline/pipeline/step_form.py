"""The form of a single step: its keys, its name, how it is cached and retried, what it shares."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from stayline.pipeline.shapes import Fault, name_faults
from stayline.pipeline.wording import kind_of, nearest

_ALL = frozenset({"Name", "Type", "DisplayName", "Description", "DependsOn", "Arguments"})
_CACHED, _RETRIED = frozenset({"CacheConfig"}), frozenset({"RetryPolicies"})
KEYS: Mapping[str, frozenset[str]] = {
    "Processing": _ALL | _CACHED | _RETRIED | {"PropertyFiles"},
    "Training": _ALL | _CACHED | _RETRIED,
    "Transform": _ALL | _CACHED | _RETRIED,
    "Tuning": _ALL | _CACHED | _RETRIED,
    "AutoML": _ALL | _CACHED | _RETRIED,
    "Model": _ALL | _RETRIED,
    "RegisterModel": _ALL | _RETRIED,
    "Condition": _ALL,
    "Fail": _ALL,
    "Lambda": _ALL | _CACHED | {"FunctionArn", "OutputParameters"},
    "Callback": _ALL | _CACHED | {"SqsQueueUrl", "OutputParameters"},
    "EMR": _ALL | _CACHED,
    "EMRServerless": _ALL | _CACHED,
    "Endpoint": _ALL,
    "EndpointConfig": _ALL,
}
"""The keys that a step of each type may have."""
_NAMED = {
    ("Arguments", "ProcessingInputs"): "InputName",
    ("Arguments", "ProcessingOutputConfig", "Outputs"): "OutputName",
    ("Arguments", "InputDataConfig"): "ChannelName",
    ("PropertyFiles",): "PropertyFileName",
}
"""The lists whose entries have names, each name once."""
_CLOSED = ("ClarifyCheck", "QualityCheck")
_RETRIABLE = (
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
)
_RETRY_LIMITS = {
    "IntervalSeconds": (1, 43_200),
    "BackoffRate": (1, 100),
    "MaxAttempts": (1, 20),
    "ExpireAfterMin": (1, 14_400),
}
_DURATION = re.compile(
    r"P?(?=[\dT])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", re.IGNORECASE
)


def step_faults(step: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what is wrong with a step's form, apart from its arguments and references."""
    kind = step.get("Type")
    if kind in _CLOSED:
        yield (
            "Type",
            f"{kind} steps are closed to new customers of SageMaker; compute the report in a "
            "Processing step and gate on it with a Condition step",
        )
        return
    if not isinstance(kind, str) or kind not in KEYS:
        told = kind if isinstance(kind, str) else kind_of(kind)
        yield "Type", f"{told!r:.80} is not a type of step{nearest(str(told), KEYS)}"
        return
    for key in sorted(step.keys() - KEYS[kind]):
        yield key, f"a {kind} step has no such key{nearest(key, KEYS[kind])}"
    for key, shape in (("Name", "StepName"), ("DisplayName", "StepDisplayName")):
        if key in step:
            for _, message in name_faults(step[key], shape):
                yield key, message
    if not isinstance(step.get("Description", ""), str):
        yield "Description", f"expected a text, found {kind_of(step['Description'])}"
    if not isinstance(step.get("Arguments", {} if kind == "Callback" else None), Mapping):
        yield "Arguments", f"expected an object, found {kind_of(step.get('Arguments'))}"
    for key in ("DependsOn", "RetryPolicies", "PropertyFiles"):
        if not isinstance(step.get(key, []), list):
            yield key, f"expected a list, found {kind_of(step[key])}"
    yield from _cache_faults(step.get("CacheConfig", {"Enabled": False}))
    yield from _retry_faults(step.get("RetryPolicies"))
    yield from _property_file_faults(step.get("PropertyFiles"))
    yield from _repeated_faults(step)


def key_faults(value: Mapping[str, object], known: tuple[str, ...], path: str) -> Iterator[Fault]:
    """Yield each key that nobody would read."""
    for key in sorted(value.keys() - set(known)):
        yield f"{path}.{key}", f"there is no such key{nearest(key, known)}"


def _cache_faults(config: object) -> Iterator[Fault]:
    if not isinstance(config, Mapping):
        yield "CacheConfig", f"expected an object, found {kind_of(config)}"
        return
    yield from key_faults(config, ("Enabled", "ExpireAfter"), "CacheConfig")
    enabled, after = config.get("Enabled"), config.get("ExpireAfter", "P1D")
    if not isinstance(enabled, bool):
        yield "CacheConfig.Enabled", f"expected true or false, found {kind_of(enabled)}"
    if not isinstance(after, str) or not _DURATION.fullmatch(after):
        yield (
            "CacheConfig.ExpireAfter",
            f"{after!r:.80} is not an ISO 8601 duration such as 'P30D' or 'PT12H'",
        )


def _retry_faults(policies: object) -> Iterator[Fault]:
    for path, policy in _entries(policies, "RetryPolicies"):
        if not isinstance(policy, Mapping):
            yield path, f"expected an object, found {kind_of(policy)}"
            continue
        yield from key_faults(policy, ("ExceptionType", *_RETRY_LIMITS), path)
        types = policy.get("ExceptionType")
        if not isinstance(types, list) or not types:
            yield f"{path}.ExceptionType", "expected a list of at least one type of exception"
            types = []
        for kind in types:
            if kind not in _RETRIABLE:
                hint = nearest(str(kind), _RETRIABLE)
                yield f"{path}.ExceptionType", f"{kind!r:.80} cannot be retried{hint}"
        for key, (low, high) in _RETRY_LIMITS.items():
            value = policy.get(key, low)
            whole = isinstance(value, int) or (key == "BackoffRate" and isinstance(value, float))
            if isinstance(value, bool) or not whole or not low <= value <= high:
                yield f"{path}.{key}", f"{value!r:.80} is not a number from {low} to {high}"


def _property_file_faults(files: object) -> Iterator[Fault]:
    keys = ("PropertyFileName", "OutputName", "FilePath")
    for path, file in _entries(files, "PropertyFiles"):
        if not isinstance(file, Mapping):
            yield path, f"expected an object, found {kind_of(file)}"
            continue
        yield from key_faults(file, keys, path)
        for key in keys:
            if not isinstance(file.get(key), str) or not file.get(key):
                yield f"{path}.{key}", f"expected a text, found {kind_of(file.get(key))}"
        inside = PurePosixPath(str(file.get("FilePath")))
        if inside.is_absolute() or ".." in inside.parts:
            yield f"{path}.FilePath", "expected a path inside the output's folder"


def _repeated_faults(step: Mapping[str, object]) -> Iterator[Fault]:
    for path, key in _NAMED.items():
        entries: object = step
        for part in path:
            entries = entries.get(part) if isinstance(entries, Mapping) else None
        counted = Counter(
            entry[key]
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, Mapping) and isinstance(entry.get(key), str)
        )
        for name in sorted(name for name, count in counted.items() if count > 1):
            yield ".".join(path), f"the {key} {name!r:.80} is given more than once"


def _entries(values: object, path: str) -> Iterator[tuple[str, object]]:
    for number, value in enumerate(values if isinstance(values, list) else ()):
        yield f"{path}[{number}]", value
