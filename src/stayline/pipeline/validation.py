"""Whether a definition can run: every fault is named with its step and its place, before a start.

AWS's published JSON schema of definitions refuses property files and ``Std:JsonGet``, the very
parts that a gate is made of, so the form is checked here and the arguments against botocore.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast

import msgspec

from stayline.errors import DefinitionProblem, DefinitionRefused
from stayline.pipeline.condition_checks import condition_faults, message_faults
from stayline.pipeline.definition import VERSION
from stayline.pipeline.extent import extent_fault
from stayline.pipeline.order import BRANCHES, cycle, placed_steps
from stayline.pipeline.parameters import TYPES, declared, value_problem
from stayline.pipeline.reference_checks import Known, reference_faults
from stayline.pipeline.shapes import REQUESTS, Fault, argument_faults, name_faults
from stayline.pipeline.step_form import step_faults
from stayline.pipeline.wording import kind_of, legible, nearest

_TOP = ("Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps")
_PARAMETER = ("Name", "Type", "DefaultValue", "Description", "EnumValues")
_MOST, _LONGEST = 200, 400
"""More faults, or longer texts, than that help nobody."""


def parsed(content: bytes, source: str) -> Mapping[str, object]:
    """Return the definition in a file's bytes; raises `DefinitionRefused` for one that cannot run.

    ``source`` is what the file is called in the message when it is no JSON object at all.
    """
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        told = DefinitionProblem("", "", f"{source} is not JSON ({error})")
        raise DefinitionRefused([told]) from error
    if not isinstance(document, Mapping):
        found = f"{source} is no definition: expected an object, found {kind_of(document)}"
        raise DefinitionRefused([DefinitionProblem("", "", found)])
    check(document)
    return cast("Mapping[str, object]", document)


def check(document: object) -> None:
    """Do nothing for a definition that can run; raises `DefinitionRefused` naming every fault."""
    found = problems(document)
    if found:
        raise DefinitionRefused(found)


def problems(document: object) -> list[DefinitionProblem]:
    """Return the faults found in a definition (at most 200); it may hold anything at all."""
    fault = extent_fault(document)
    if fault or not isinstance(document, Mapping):
        told = fault or f"expected an object, found {kind_of(document)}"
        return [DefinitionProblem("", "", told)]
    return [_tidy(problem) for problem in islice(_problems(document), _MOST)]


def _tidy(problem: DefinitionProblem) -> DefinitionProblem:
    """Shorten what came from the document, and take out what a terminal would obey."""
    told = (problem.step, problem.path, problem.message)
    return DefinitionProblem(*(legible(text)[:_LONGEST] for text in told))


def _problems(document: Mapping[str, object]) -> Iterator[DefinitionProblem]:
    for path, message in (*_top_faults(document), *_parameter_faults(document)):
        yield DefinitionProblem("", path, message)
    parameters = declared(document)
    yield from _step_problems(document.get("Steps"), "Steps", parameters)
    yield from _name_problems(document)
    steps = list(placed_steps(document))
    known = Known(parameters, {placed.name: placed for placed in steps})
    for placed in steps:
        for path, message in reference_faults(placed, known):
            yield DefinitionProblem(placed.name, path, message)
    circle = cycle(document)
    if circle:
        told = f"the steps wait for each other in a circle: {' -> '.join(circle)}"
        yield DefinitionProblem(circle[0], "", told)


def _top_faults(document: Mapping[str, object]) -> Iterator[Fault]:
    for key in sorted(document.keys() - set(_TOP)):
        yield key, f"a definition has no such key{nearest(key, _TOP)}"
    if document.get("Version") != VERSION:
        yield "Version", f"expected {VERSION!r}, found {document.get('Version')!r:.80}"
    steps = document.get("Steps")
    if not isinstance(steps, list) or not steps:
        yield "Steps", "expected a list of at least one step"
    for key in ("Metadata", "PipelineExperimentConfig", "MlflowConfig"):
        if not isinstance(document.get(key) or {}, Mapping):
            yield key, f"expected an object, found {kind_of(document[key])}"


def _parameter_faults(document: Mapping[str, object]) -> Iterator[Fault]:
    parameters = document.get("Parameters", [])
    if not isinstance(parameters, list):
        yield "Parameters", f"expected a list, found {kind_of(parameters)}"
        return
    for number, parameter in enumerate(parameters):
        path = f"Parameters[{number}]"
        if not isinstance(parameter, Mapping):
            yield path, f"expected an object, found {kind_of(parameter)}"
            continue
        name, kind = parameter.get("Name"), parameter.get("Type")
        for _, message in name_faults(name, "PipelineParameterName"):
            yield f"{path}.Name", message
        path = f"Parameters.{name}" if isinstance(name, str) else path
        for key in sorted(parameter.keys() - set(_PARAMETER)):
            yield f"{path}.{key}", f"a parameter has no such key{nearest(key, _PARAMETER)}"
        if not isinstance(kind, str) or kind not in TYPES:
            told = kind if isinstance(kind, str) else kind_of(kind)
            yield f"{path}.Type", f"{told!r:.80} is not a type{nearest(str(told), TYPES)}"
        elif "DefaultValue" in parameter:
            told = value_problem(parameter["DefaultValue"], parameter)
            if told:
                yield f"{path}.DefaultValue", told
    counted = Counter(
        parameter["Name"]
        for parameter in parameters
        if isinstance(parameter, Mapping) and isinstance(parameter.get("Name"), str)
    )
    for name in sorted(name for name, count in counted.items() if count > 1):
        yield f"Parameters.{name}", "the name is given more than once"


def _step_problems(
    steps: object, path: str, parameters: Mapping[str, Mapping[str, object]]
) -> Iterator[DefinitionProblem]:
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        here = f"{path}[{number}]"
        if not isinstance(step, Mapping):
            yield DefinitionProblem("", here, f"expected a step, found {kind_of(step)}")
            continue
        name = step.get("Name")
        if not isinstance(name, str) or not name:
            yield DefinitionProblem("", f"{here}.Name", "every step needs a name")
            name = here
        for where, message in (*step_faults(step), *_argument_faults(step, parameters)):
            yield DefinitionProblem(name, where, message)
        arguments = step.get("Arguments")
        if step.get("Type") == "Condition" and isinstance(arguments, Mapping):
            for key in BRANCHES:
                within = f"{here}.Arguments.{key}"
                yield from _step_problems(arguments.get(key), within, parameters)


def _argument_faults(
    step: Mapping[str, object], parameters: Mapping[str, Mapping[str, object]]
) -> Iterator[Fault]:
    kind, arguments = step.get("Type"), step.get("Arguments")
    if not isinstance(arguments, Mapping) or not isinstance(kind, str):
        return
    if kind in REQUESTS:
        yield from argument_faults(kind, arguments, parameters)
    elif kind == "Condition":
        yield from condition_faults(arguments)
    elif kind == "Fail":
        yield from message_faults(arguments)


def _name_problems(document: Mapping[str, object]) -> Iterator[DefinitionProblem]:
    counted = Counter(placed.name for placed in placed_steps(document))
    for name in sorted(name for name, count in counted.items() if count > 1):
        yield DefinitionProblem(name, "Name", "more than one step has this name")
