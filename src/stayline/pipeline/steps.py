"""The kinds of step that the training pipeline is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stayline.pipeline.definition import Expression, Step, Value, get


@dataclass(frozen=True, slots=True)
class PropertyFile:
    """A JSON file in one of a step's outputs, of which later steps may read single values."""

    name: str
    output: str
    path: str

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        return {"PropertyFileName": self.name, "OutputName": self.output, "FilePath": self.path}


@dataclass(frozen=True, slots=True)
class ProcessingStep:
    """A program that reads named inputs and writes named outputs.

    ``arguments`` is CreateProcessingJob's request without the job's name.
    """

    name: str
    arguments: Mapping[str, object]
    description: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    property_files: tuple[PropertyFile, ...] = ()

    def output(self, name: str) -> Expression:
        """Return the expression for where the output of that name was written."""
        return get(f"Steps.{self.name}.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        document = _step(self.name, "Processing", self.description, self.arguments)
        if self.property_files:
            document["PropertyFiles"] = [file.document() for file in self.property_files]
        return {**document, **self.settings}


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """A program that learns a model from its channels.

    ``arguments`` is CreateTrainingJob's request without the job's name.
    """

    name: str
    arguments: Mapping[str, object]
    description: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def model(self) -> Expression:
        """The expression for the ``model.tar.gz`` that the step writes."""
        return get(f"Steps.{self.name}.ModelArtifacts.S3ModelArtifacts")

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        return {
            **_step(self.name, "Training", self.description, self.arguments),
            **self.settings,
        }


@dataclass(frozen=True, slots=True)
class RegisterModelStep:
    """Puts a package into the registry; ``arguments`` is CreateModelPackage's request."""

    name: str
    arguments: Mapping[str, object]
    description: str = ""

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        return _step(self.name, "RegisterModel", self.description, self.arguments)


@dataclass(frozen=True, slots=True)
class FailStep:
    """Ends the execution as failed, with a message for people."""

    name: str
    message: Value
    description: str = ""

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        return _step(self.name, "Fail", self.description, {"ErrorMessage": self.message})


@dataclass(frozen=True, slots=True)
class ConditionStep:
    """Goes one way when every condition holds, the other way when one does not."""

    name: str
    conditions: tuple[Mapping[str, object], ...]
    if_steps: tuple[Step, ...]
    else_steps: tuple[Step, ...]
    description: str = ""

    def document(self) -> dict[str, object]:
        """Return the definition's form of it."""
        arguments = {
            "Conditions": [dict(condition) for condition in self.conditions],
            "IfSteps": [step.document() for step in self.if_steps],
            "ElseSteps": [step.document() for step in self.else_steps],
        }
        return _step(self.name, "Condition", self.description, arguments)


def _step(
    name: str, kind: str, description: str, arguments: Mapping[str, object]
) -> dict[str, object]:
    described = {"Description": description} if description else {}
    return {"Name": name, "Type": kind, **described, "Arguments": dict(arguments)}
