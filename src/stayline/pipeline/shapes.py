"""A step's arguments against the request that SageMaker takes, as botocore describes it."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from stayline.pipeline.expressions import is_expression
from stayline.pipeline.paths import Path
from stayline.pipeline.wording import kind_of, nearest

Fault = tuple[str, str]
"""Where, and what is wrong there."""

REQUESTS: Mapping[str, tuple[str, str, str]] = {
    "Processing": (
        "CreateProcessingJobRequest",
        "ProcessingJobName",
        "DescribeProcessingJobResponse",
    ),
    "Training": ("CreateTrainingJobRequest", "TrainingJobName", "DescribeTrainingJobResponse"),
    "RegisterModel": ("CreateModelPackageInput", "", "DescribeModelPackageOutput"),
    "Transform": ("CreateTransformJobRequest", "TransformJobName", "DescribeTransformJobResponse"),
    "Model": ("CreateModelInput", "ModelName", "DescribeModelOutput"),
    "Tuning": (
        "CreateHyperParameterTuningJobRequest",
        "HyperParameterTuningJobName",
        "DescribeHyperParameterTuningJobResponse",
    ),
}
"""For each type of step: its request, the name that the service gives it, and its description."""
_TYPES: Mapping[str, tuple[str, tuple[type, ...], str]] = {
    "string": ("a text", (str,), "String"),
    "timestamp": ("a text", (str,), "String"),
    "boolean": ("a Boolean", (bool,), "Boolean"),
    "integer": ("a whole number", (int,), "Integer"),
    "long": ("a whole number", (int,), "Integer"),
    "float": ("a number", (int, float), "Float"),
    "double": ("a number", (int, float), "Float"),
    "structure": ("an object", (Mapping,), ""),
    "map": ("an object", (Mapping,), ""),
    "list": ("a list", (list,), ""),
}
"""For each type of a shape: its words, its values, and the type of parameter that fits."""


class _Reference(msgspec.Struct, frozen=True):
    shape: str


class _Shape(msgspec.Struct, frozen=True):
    type: str
    required: tuple[str, ...] = ()
    members: dict[str, _Reference] = {}
    member: _Reference | None = None
    key: _Reference | None = None
    value: _Reference | None = None
    enum: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    pattern: str | None = None


def argument_faults(
    kind: str, arguments: object, parameters: Mapping[str, Mapping[str, object]]
) -> Iterator[Fault]:
    """Yield what SageMaker would refuse in the arguments of a step of that type.

    An expression may stand wherever a single value is expected; of a parameter, its type, default
    and choices are looked at.
    """
    request, given_by_service, _ = REQUESTS[kind]
    for path, message in _faults(arguments, request, "Arguments", parameters):
        if path != f"Arguments.{given_by_service}" or message != _MISSING:
            yield path, message


def name_faults(value: object, shape: str) -> Iterator[Fault]:
    """Yield what is wrong with a plain value of a named shape, such as ``StepName``."""
    yield from _faults(value, shape, "", {})


def property_fault(kind: str, path: Path) -> str:
    """Return why a finished step of that type has no single value there, or an empty text."""
    shapes = _shapes()
    shape = shapes[REQUESTS[kind][2]]
    for part in path:
        if shape.type == "structure" and part not in shape.members:
            return f"a {kind} step has no property {part!r}{nearest(str(part), shape.members)}"
        inner = shape.members.get(str(part)) or shape.member or shape.value
        if inner is None:
            return f"there is nothing below {shape.type} at {part!r}"
        shape = shapes[inner.shape]
    if shape.type == "structure":
        return (
            f"it leads to an object, not to one value; go on to one of {', '.join(shape.members)}"
        )
    return ""


_MISSING = "it is required, but missing"


@cache
def _shapes() -> dict[str, _Shape]:
    # botocore takes a while to import and the model half a second to read.
    from botocore.loaders import Loader

    model = Loader().load_service_model("sagemaker", "service-2")
    return msgspec.convert(model["shapes"], dict[str, _Shape])


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        return None  # Java's classes such as \p{L} mean nothing to Python


def _faults(
    value: object, name: str, path: str, parameters: Mapping[str, Mapping[str, object]]
) -> Iterator[Fault]:
    shape = _shapes()[name]
    words, types, _ = _TYPES[shape.type]
    if isinstance(value, Mapping) and is_expression(value):
        yield from _expression_faults(value, name, path, parameters)
    elif shape.type == "structure" and isinstance(value, Mapping):
        for key in sorted(value.keys() - shape.members.keys()):
            yield f"{path}.{key}", f"SageMaker does not know it{nearest(key, shape.members)}"
        for key in shape.required:
            if key not in value:
                yield f"{path}.{key}", _MISSING
        for key, member in shape.members.items():
            if key in value:
                yield from _faults(value[key], member.shape, f"{path}.{key}", parameters)
    elif shape.type == "map" and shape.key and shape.value and isinstance(value, Mapping):
        yield from _range_faults(len(value), shape, path, "entries")
        for key, member in value.items():
            yield from _faults(key, shape.key.shape, f"{path}.{key}", {})
            yield from _faults(member, shape.value.shape, f"{path}.{key}", parameters)
    elif shape.type == "list" and shape.member and isinstance(value, list):
        yield from _range_faults(len(value), shape, path, "entries")
        for number, member in enumerate(value):
            yield from _faults(member, shape.member.shape, f"{path}[{number}]", parameters)
    elif not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield path, f"expected {words}, found {kind_of(value)}"
    else:
        yield from _single_faults(value, shape, path)


def _single_faults(value: object, shape: _Shape, path: str) -> Iterator[Fault]:
    if isinstance(value, str):
        faults = list(_range_faults(len(value), shape, path, "characters"))
        yield from faults
        pattern = _pattern(shape.pattern) if shape.pattern and not faults else None
        if shape.enum and value not in shape.enum:
            hint = nearest(value, shape.enum)
            yield path, f"{value!r:.80} is not one of the {len(shape.enum)} words allowed{hint}"
        elif pattern and not pattern.fullmatch(value):
            yield path, f"{value!r:.80} does not have the form {pattern.pattern}"
    elif isinstance(value, int | float):
        yield from _range_faults(value, shape, path, "")


def _range_faults(size: float, shape: _Shape, path: str, unit: str) -> Iterator[Fault]:
    low, high = shape.min, shape.max
    if (low is not None and size < low) or (high is not None and size > high):
        limits = f"{low or 0:g} or more" if high is None else f"{low or 0:g} to {high:g}"
        yield path, f"expected {limits} {unit}".rstrip() + f", found {size:g}"


def _expression_faults(
    expression: Mapping[str, object],
    name: str,
    path: str,
    parameters: Mapping[str, Mapping[str, object]],
) -> Iterator[Fault]:
    shape = _shapes()[name]
    words, _, fitting = _TYPES[shape.type]
    reference = expression.get("Get")
    if not fitting:
        yield path, f"an expression stands for one value; expected {words}"
    elif "Std:Join" in expression and shape.type not in ("string", "timestamp"):
        yield path, f"Std:Join makes a text; expected {words}"
    elif isinstance(reference, str) and reference.removeprefix("Parameters.") in parameters:
        parameter = parameters[reference.removeprefix("Parameters.")]
        given = parameter.get("Type")
        if given != fitting and not (fitting == "Float" and given == "Integer"):
            remedy = "; join it with Std:Join to make it one" if fitting == "String" else ""
            yield path, f"expected {words}, but {reference} is of type {given}{remedy}"
            return
        choices = parameter.get("EnumValues")
        default = [parameter["DefaultValue"]] if "DefaultValue" in parameter else []
        for value in [*default, *(choices if isinstance(choices, list) else [])]:
            for _, message in _faults(value, name, path, {}):
                yield path, f"{message} (of {reference})"
