"""A pipeline definition in SageMaker's '2020-12-01' form, built from typed values.

The document is all that a runner gets to see, here or in the cloud. Nothing in it depends on the
time, the machine or who asks: equal content renders to equal bytes and has one digest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

VERSION = "2020-12-01"

Expression = dict[str, object]
Value = str | int | float | bool | Expression
"""What may stand for a value: itself, or an expression that is resolved when the pipeline runs."""


def get(reference: str) -> Expression:
    """Return the expression for ``Parameters.X``, ``Steps.S.Property`` or ``Execution.X``."""
    return {"Get": reference}


def join(on: str, values: list[Value]) -> Expression:
    """Return the expression for the values as one text, with ``on`` between them."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def json_get(step: str, property_file: str, path: str) -> Expression:
    """Return the expression for one value in a JSON file that a step writes."""
    file = get(f"Steps.{step}.PropertyFiles.{property_file}")
    return {"Std:JsonGet": {"PropertyFile": file, "Path": path}}


def equals(left: Value, right: Value) -> dict[str, object]:
    """Return the condition that two values are equal."""
    return {"Type": "Equals", "LeftValue": left, "RightValue": right}


class ParameterType(StrEnum):
    """The types that a parameter may have."""

    STRING = "String"
    INTEGER = "Integer"
    FLOAT = "Float"
    BOOLEAN = "Boolean"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be set when a pipeline starts; without ``default`` it has to be.

    ``choices`` are the only values a text may have; empty means any.
    """

    name: str
    type: ParameterType
    default: str | int | float | bool | None = None
    description: str = ""
    choices: tuple[str, ...] = ()

    @property
    def value(self) -> Expression:
        """The expression for its value."""
        return get(f"Parameters.{self.name}")

    @property
    def text(self) -> Expression:
        """The expression for its value as text, as environments and hyperparameters need it."""
        return self.value if self.type is ParameterType.STRING else join("", [self.value])

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        document: dict[str, object] = {"Name": self.name, "Type": self.type.value}
        if self.default is not None:
            document["DefaultValue"] = self.default
        if self.description:
            document["Description"] = self.description
        if self.choices:
            document["EnumValues"] = list(self.choices)
        return document


class Step(Protocol):
    """Anything that is a step; see `stayline.pipeline.steps`."""

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The parameters and steps of one pipeline."""

    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]

    def document(self) -> dict[str, object]:
        """Return the definition as SageMaker takes it, in plain lists and dictionaries.

        None of them is shared, so a caller may change its copy.
        """
        document = {
            "Version": VERSION,
            "Metadata": {},
            "Parameters": [parameter.document() for parameter in self.parameters],
            "Steps": [step.document() for step in self.steps],
        }
        copied: dict[str, object] = json.loads(json.dumps(document))
        return copied


def render(document: Mapping[str, object]) -> str:
    """Return a definition's JSON text: keys sorted, lists as they are, one text per content."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)


def digest(document: Mapping[str, object]) -> str:
    """Return ``sha256:`` and the hexadecimal digest of a definition's rendered text."""
    return f"sha256:{hashlib.sha256(render(document).encode()).hexdigest()}"
