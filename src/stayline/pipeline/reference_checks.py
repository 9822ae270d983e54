"""Whether every expression is well-formed and refers to something that will have a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stayline.pipeline.expressions import EXPRESSIONS, is_expression
from stayline.pipeline.order import Branch, PlacedStep, own_values
from stayline.pipeline.paths import NoSuchPath, Path, found_at, parts_of
from stayline.pipeline.shapes import REQUESTS, Fault, property_fault
from stayline.pipeline.wording import kind_of, nearest

_EXECUTION = (
    "CurrentDateTime",
    "PipelineArn",
    "PipelineExecutionArn",
    "PipelineExecutionId",
    "PipelineName",
    "StartDateTime",
)
_LISTS: Mapping[Path, str] = {
    ("ProcessingOutputConfig", "Outputs"): "output",
    ("ProcessingInputs",): "input",
    ("InputDataConfig",): "channel",
}
"""The lists in a request whose entries have names, and what an entry is called."""


@dataclass(frozen=True, slots=True)
class Known:
    """What expressions may refer to: the declared parameters and the named steps."""

    parameters: Mapping[str, Mapping[str, object]]
    steps: Mapping[str, PlacedStep]


def reference_faults(placed: PlacedStep, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with a step's expressions, ``DependsOn`` and property files."""
    yield from _value_faults(own_values(placed.step), "", placed, known)
    waits = placed.step.get("DependsOn")
    for number, name in enumerate(waits if isinstance(waits, list) else ()):
        told = _step_fault(name, placed, known)
        if told:
            yield f"DependsOn[{number}]", told
    files = placed.step.get("PropertyFiles")
    for number, file in enumerate(files if isinstance(files, list) else ()):
        output = file.get("OutputName") if isinstance(file, Mapping) else None
        if isinstance(output, str):
            told = _entry_fault(placed, ("ProcessingOutputConfig", "Outputs"), output)
            if told:
                yield f"PropertyFiles[{number}].OutputName", told


def _value_faults(value: object, path: str, placed: PlacedStep, known: Known) -> Iterator[Fault]:
    if isinstance(value, list):
        for number, member in enumerate(value):
            yield from _value_faults(member, f"{path}[{number}]", placed, known)
    elif isinstance(value, Mapping) and is_expression(value):
        kind, operand = next(iter(value.items()))
        yield from _EXPRESSIONS[kind](operand, path, placed, known)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            if key.startswith("Std:"):
                hint = nearest(key, EXPRESSIONS)
                yield f"{path}.{key}".lstrip("."), f"it is not an expression on its own{hint}"
            yield from _value_faults(member, f"{path}.{key}".lstrip("."), placed, known)


def _get_faults(operand: object, path: str, placed: PlacedStep, known: Known) -> Iterator[Fault]:
    if not isinstance(operand, str):
        yield path, f"Get expects a text, found {kind_of(operand)}"
        return
    told = ""
    match operand.split(".", 2):
        case ["Parameters", name]:
            if name not in known.parameters:
                told = f"there is no parameter {name!r:.80}{nearest(name, known.parameters)}"
        case ["Execution", name]:
            if name not in _EXECUTION:
                told = f"an execution has no {name!r:.80}{nearest(name, _EXECUTION)}"
        case ["Steps", name, rest]:
            told = _step_fault(name, placed, known) or _property_fault(known.steps[name], rest)
        case _:
            told = f"{operand!r:.80} is not Parameters.X, Steps.S.Property or Execution.X"
    if told:
        yield path, told


def _join_faults(operand: object, path: str, placed: PlacedStep, known: Known) -> Iterator[Fault]:
    match operand:
        case {"On": str(), "Values": [*values], **rest} if not rest:
            for number, value in enumerate(values):
                here = f"{path}.Std:Join.Values[{number}]"
                if isinstance(value, str | int | float) or is_expression(value):
                    yield from _value_faults(value, here, placed, known)
                else:
                    yield (
                        here,
                        f"expected a text, a number or an expression, found {kind_of(value)}",
                    )
        case _:
            yield path, "Std:Join expects On, a text, and Values, a list"


def _json_faults(operand: object, path: str, placed: PlacedStep, known: Known) -> Iterator[Fault]:
    match operand:
        case {"PropertyFile": {"Get": str(file)}, "Path": str(inside), **rest} if not rest:
            told = _file_fault(file, placed, known)
            if told:
                yield f"{path}.Std:JsonGet.PropertyFile", told
            if parts_of(inside) is None:
                yield f"{path}.Std:JsonGet.Path", f"{inside!r:.80} is not a path such as 'a.b[0].c'"
        case _:
            yield (
                path,
                "Std:JsonGet expects PropertyFile, a Get, and Path, a text (S3Uri is not read)",
            )


_EXPRESSIONS = {"Get": _get_faults, "Std:Join": _join_faults, "Std:JsonGet": _json_faults}


def _file_fault(reference: str, placed: PlacedStep, known: Known) -> str:
    match reference.split("."):
        case ["Steps", step, "PropertyFiles", name]:
            told = _step_fault(step, placed, known)
            if told:
                return told
        case _:
            return f"{reference!r:.80} is not Steps.S.PropertyFiles.P"
    files = known.steps[step].step.get("PropertyFiles")
    names = [
        file["PropertyFileName"]
        for file in (files if isinstance(files, list) else ())
        if isinstance(file, Mapping) and isinstance(file.get("PropertyFileName"), str)
    ]
    if name in names:
        return ""
    return f"step {step!r} has no property file {name!r:.80}{nearest(name, names)}"


def _step_fault(name: object, placed: PlacedStep, known: Known) -> str:
    if not isinstance(name, str):
        return f"expected the name of a step, found {kind_of(name)}"
    if name == placed.name:
        return "a step cannot refer to itself"
    if name not in known.steps:
        return f"there is no step {name!r:.80}{nearest(name, known.steps.keys() - {placed.name})}"
    if not _always_ran(known.steps[name].branch, placed.branch):
        condition = known.steps[name].branch[-1][0]
        return (
            f"step {name!r} runs only if condition {condition!r} says so, so it may have no value"
        )
    return ""


def _always_ran(branch: Branch, here: Branch) -> bool:
    return here[: len(branch)] == branch


def _property_fault(placed: PlacedStep, path: str) -> str:
    parts, kind = parts_of(path), placed.step.get("Type")
    if parts is None:
        return f"{path!r:.80} is not a path to a property"
    if parts[0] == "PropertyFiles":
        return "a property file is read with Std:JsonGet"
    if not isinstance(kind, str) or kind not in REQUESTS:
        return ""
    for length in range(1, len(parts)):
        name = parts[length]
        if parts[:length] in _LISTS and isinstance(name, str):
            told = _entry_fault(placed, parts[:length], name)
            if told:
                return told
    return property_fault(kind, parts)


def _entry_fault(placed: PlacedStep, path: Path, name: str) -> str:
    """Say when a step's request has no entry of that name in the list at ``path``."""
    arguments = placed.step.get("Arguments")
    try:
        entries = found_at(arguments, path)
    except NoSuchPath:
        entries = []
    names = [
        entry[key]
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping)
        for key in ("OutputName", "InputName", "ChannelName")
        if isinstance(entry.get(key), str)
    ]
    if name in names:
        return ""
    called = _LISTS.get(path, "entry")
    return f"step {placed.name!r} has no {called} {name!r:.80}{nearest(name, names)}"
