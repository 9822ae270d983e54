"""Whether the conditions of a Condition step and the message of a Fail step are well-formed."""

from collections.abc import Iterator, Mapping

from stayline.pipeline.expressions import COMPARISONS, is_expression
from stayline.pipeline.shapes import Fault
from stayline.pipeline.step_form import key_faults
from stayline.pipeline.wording import kind_of, nearest

_KEYS = {
    **dict.fromkeys(COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Or": ("Conditions",),
    "Not": ("Expression", "Condition"),
}


def condition_faults(arguments: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what is wrong with a Condition step's arguments, apart from the steps inside."""
    yield from key_faults(arguments, ("Conditions", "IfSteps", "ElseSteps"), "Arguments")
    for key in ("IfSteps", "ElseSteps"):
        if not isinstance(arguments.get(key, []), list):
            yield f"Arguments.{key}", f"expected a list, found {kind_of(arguments[key])}"
    yield from _list_faults(arguments.get("Conditions"), "Arguments.Conditions")


def message_faults(arguments: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what is wrong with a Fail step's arguments."""
    yield from key_faults(arguments, ("ErrorMessage",), "Arguments")
    message = arguments.get("ErrorMessage")
    if not isinstance(message, str) and not is_expression(message):
        yield (
            "Arguments.ErrorMessage",
            f"expected a text or an expression, found {kind_of(message)}",
        )


def _list_faults(conditions: object, path: str) -> Iterator[Fault]:
    if not isinstance(conditions, list) or not conditions:
        yield path, "expected a list of at least one condition"
        return
    for number, condition in enumerate(conditions):
        yield from _condition_faults(condition, f"{path}[{number}]")


def _condition_faults(condition: object, path: str) -> Iterator[Fault]:
    if not isinstance(condition, Mapping):
        yield path, f"expected a condition, found {kind_of(condition)}"
        return
    kind = condition.get("Type")
    if not isinstance(kind, str) or kind not in _KEYS:
        hint = nearest(str(kind), _KEYS)
        yield f"{path}.Type", f"{kind!r:.80} is not a type of condition{hint}"
        return
    yield from key_faults(condition, ("Type", *_KEYS[kind]), path)
    if kind == "Or":
        yield from _list_faults(condition.get("Conditions"), f"{path}.Conditions")
    elif kind == "Not":
        given = [key for key in _KEYS[kind] if key in condition]
        if len(given) != 1:
            yield path, "Not expects either Expression or Condition"
        for key in given:
            yield from _condition_faults(condition[key], f"{path}.{key}")
    elif kind == "In":
        yield from _operand_faults(condition, "QueryValue", path)
        values = condition.get("Values")
        if not isinstance(values, list) or not values:
            yield f"{path}.Values", "expected a list of at least one value"
    else:
        for key in _KEYS[kind]:
            yield from _operand_faults(condition, key, path)


def _operand_faults(condition: Mapping[str, object], key: str, path: str) -> Iterator[Fault]:
    if key not in condition:
        yield f"{path}.{key}", "it is required, but missing"
    elif not isinstance(condition[key], str | int | float) and not is_expression(condition[key]):
        told = kind_of(condition[key])
        yield f"{path}.{key}", f"expected one value or an expression, found {told}"
