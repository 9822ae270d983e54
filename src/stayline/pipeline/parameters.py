"""The values that a pipeline starts with: what was given, and the defaults for the rest."""

import math
from collections.abc import Mapping

from stayline.errors import DefinitionProblem, DefinitionRefused
from stayline.pipeline.wording import nearest

TYPES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (float, int),
    "Boolean": (bool,),
}


def parameter_values(
    document: Mapping[str, object], given: Mapping[str, object]
) -> dict[str, object]:
    """Return every parameter's value; raises `DefinitionRefused` naming each that cannot be used.

    The document has been checked.
    """
    known = declared(document)
    values = {
        name: given.get(name, parameter.get("DefaultValue")) for name, parameter in known.items()
    }
    faults = {
        name: f"there is no such parameter{nearest(name, known)}"
        for name in given
        if name not in known
    }
    for name, parameter in known.items():
        if values[name] is None:
            faults[name] = "it has no default, so a value must be given"
        elif told := value_problem(values[name], parameter):
            faults[name] = told
    if faults:
        raise DefinitionRefused(
            [DefinitionProblem("", f"Parameters.{name}", told) for name, told in faults.items()]
        )
    return values


def declared(document: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Return the parameters that a definition declares, by name."""
    parameters = document.get("Parameters")
    return {
        parameter["Name"]: parameter
        for parameter in (parameters if isinstance(parameters, list) else ())
        if isinstance(parameter, Mapping) and isinstance(parameter.get("Name"), str)
    }


def value_problem(value: object, parameter: Mapping[str, object]) -> str:
    """Return why a parameter cannot have a value, or an empty text."""
    kind, choices = parameter.get("Type"), parameter.get("EnumValues")
    types = TYPES.get(kind, ()) if isinstance(kind, str) else ()
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "Boolean"):
        return f"{value!r:.80} is not of type {kind}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value!r} is not a finite number"
    if isinstance(choices, list) and choices and value not in choices:
        return f"{value!r:.80} is not one of {choices!r:.200}"
    return ""
