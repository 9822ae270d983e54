"""What expressions and conditions come to, given what is known while a pipeline runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from stayline.errors import ExpressionFailed
from stayline.pipeline.paths import NoSuchPath, found_at, parts_of
from stayline.pipeline.wording import kind_of

_Ordered = TypeVar("_Ordered", str, float)

EXPRESSIONS = ("Get", "Std:Join", "Std:JsonGet")
COMPARISONS: Mapping[str, frozenset[str]] = {
    "Equals": frozenset({"same"}),
    "GreaterThan": frozenset({"more"}),
    "GreaterThanOrEqualTo": frozenset({"same", "more"}),
    "LessThan": frozenset({"less"}),
    "LessThanOrEqualTo": frozenset({"same", "less"}),
}
"""How the left value may stand to the right one for each comparison to hold."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that an expression may refer to.

    ``properties`` maps each finished step to what SageMaker's Describe request tells of it (the
    step's resolved arguments and what it produced). ``property_file`` takes a step and a property
    file and returns the file's bytes. ``execution`` holds ``PipelineExecutionId`` and its like.
    """

    parameters: Mapping[str, object]
    properties: Mapping[str, Mapping[str, object]]
    property_file: Callable[[str, str], bytes]
    execution: Mapping[str, object]


def is_expression(value: object) -> bool:
    """Tell an expression from a plain value.

    >>> is_expression({"Get": "Parameters.Seed"}), is_expression({"Get": "a", "Put": "b"})
    (True, False)
    """
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in EXPRESSIONS


def resolve(value: object, scope: Scope) -> object:
    """Return a value with every expression in it replaced; raises `ExpressionFailed`.

    >>> scope = Scope({"Seed": 7}, {}, lambda step, file: b"{}", {})
    >>> resolve({"seed": {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.Seed"}]}}}, scope)
    {'seed': '7'}
    """
    if isinstance(value, Mapping):
        if not is_expression(value):
            return {key: resolve(member, scope) for key, member in value.items()}
        kind, operand = next(iter(value.items()))
        match kind, operand:
            case "Get", str():
                return _property(operand, scope)
            case "Std:Join", {"On": str(on), "Values": [*values]}:
                return on.join(_as_text(resolve(member, scope)) for member in values)
            case "Std:JsonGet", {"PropertyFile": {"Get": str(file)}, "Path": str(path)}:
                return _from_file(file, path, scope)
        raise ExpressionFailed(str(kind), "it is not well-formed.")
    if isinstance(value, list | tuple):
        return [resolve(member, scope) for member in value]
    return value


def holds(condition: Mapping[str, object], scope: Scope) -> bool:
    """Return whether a condition is met; raises `ExpressionFailed`.

    Numbers are compared with numbers, texts with texts; anything else is an error, since a gate
    must not fall open or shut by accident.
    """
    match condition:
        case {"Type": str(kind), "LeftValue": left, "RightValue": right} if kind in COMPARISONS:
            return _compared(kind, resolve(left, scope), resolve(right, scope))
        case {"Type": "In", "QueryValue": query, "Values": [*values]}:
            asked = resolve(query, scope)
            return any(_compared("Equals", asked, resolve(value, scope)) for value in values)
        case {"Type": "Or", "Conditions": [*conditions]}:
            return any(holds(_condition(part), scope) for part in conditions)
        case {"Type": "Not", "Expression": inner} | {"Type": "Not", "Condition": inner}:
            return not holds(_condition(inner), scope)
    raise ExpressionFailed(str(condition.get("Type")), "it is not a well-formed condition.")


def _property(reference: str, scope: Scope) -> object:
    match reference.split(".", 2):
        case ["Parameters", name] if name in scope.parameters:
            return scope.parameters[name]
        case ["Execution", name] if name in scope.execution:
            return scope.execution[name]
        case ["Steps", step, path] if step in scope.properties:
            return _at(scope.properties[step], path, reference)
        case ["Steps", step, _]:
            raise ExpressionFailed(reference, f"step {step!r} has not run.")
    raise ExpressionFailed(reference, "it has no value.")


def _from_file(reference: str, path: str, scope: Scope) -> object:
    match reference.split("."):
        case ["Steps", step, "PropertyFiles", name]:
            pass
        case _:
            raise ExpressionFailed(reference, "it does not name a property file.")
    try:
        content: object = msgspec.json.decode(scope.property_file(step, name))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ExpressionFailed(reference, f"the file is not JSON ({error}).") from error
    return _at(content, path, f"{path} in {reference}")


def _at(value: object, path: str, told: str) -> object:
    parts = parts_of(path)
    if parts is None:
        raise ExpressionFailed(told, f"{path!r} is not a path.")
    try:
        found = found_at(value, parts)
    except NoSuchPath as error:
        raise ExpressionFailed(told, f"there is nothing at {str(error)!r}.") from error
    if found is None:
        raise ExpressionFailed(told, "it is null.")
    return found


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ExpressionFailed("Std:Join", f"it can join texts and numbers, not {kind_of(value)}.")


def _compared(kind: str, left: object, right: object) -> bool:
    match left, right:
        case bool(), bool() if kind == "Equals":
            return left is right
        case (bool(), _) | (_, bool()):
            pass
        case str(), str():
            return _relation(left, right) in COMPARISONS[kind]
        case int() | float(), int() | float():
            return _relation(left, right) in COMPARISONS[kind]
    raise ExpressionFailed(kind, f"it cannot compare {kind_of(left)} with {kind_of(right)}.")


def _relation(left: _Ordered, right: _Ordered) -> str:
    if left == right:
        return "same"
    if left < right:
        return "less"
    return "more" if left > right else "no order, as with NaN"


def _condition(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise ExpressionFailed("condition", f"expected an object, found {kind_of(value)}.")
