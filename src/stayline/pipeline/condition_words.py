"""Conditions as people would write them."""

from collections.abc import Mapping

from stayline.pipeline.wording import legible

_SIGNS = {
    "Equals": "=",
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": "≥",
    "LessThan": "<",
    "LessThanOrEqualTo": "≤",
}


def in_words(step: Mapping[str, object]) -> str:
    """Return what a Condition step asks, for example ``verdict in Gates = "pass"``."""
    match step.get("Arguments"):
        case {"Conditions": [*conditions]}:
            return legible(" and ".join(_condition(condition) for condition in conditions))
    return ""


def _condition(condition: object) -> str:
    match condition:
        case {"Type": str(kind), "LeftValue": left, "RightValue": right} if kind in _SIGNS:
            return f"{_value(left)} {_SIGNS[kind]} {_value(right)}"
        case {"Type": "In", "QueryValue": query, "Values": [*values]}:
            return f"{_value(query)} is one of {', '.join(_value(value) for value in values)}"
        case {"Type": "Or", "Conditions": [*conditions]}:
            return f"({' or '.join(_condition(part) for part in conditions)})"
        case {"Type": "Not", "Expression": inner} | {"Type": "Not", "Condition": inner}:
            return f"not ({_condition(inner)})"
    return "?"


def _value(value: object) -> str:
    match value:
        case {"Get": str(reference)}:
            return reference.removeprefix("Parameters.")
        case {"Std:JsonGet": {"PropertyFile": {"Get": str(file)}, "Path": str(path)}}:
            return f"{path} in {file.rpartition('.')[2]}"
        case {"Std:Join": {"On": str(on), "Values": [*values]}}:
            return on.join(_value(part) for part in values)
        case str():
            return f'"{value}"'
        case bool():
            return "true" if value else "false"
    return str(value)
