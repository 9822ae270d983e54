"""Where the steps of an execution write, told from its definition and parameters."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from stayline.adapters.aws.pipeline.records import ExecutionRecords
from stayline.domain.pipeline_execution import Execution, StepExecution
from stayline.errors import ExpressionFailed
from stayline.pipeline.expressions import Scope, resolve


@dataclass(frozen=True, slots=True)
class OutputPlaces:
    """Tells where a step's outputs lie.

    SageMaker uses a step again also where another execution was to write elsewhere; then they lie
    where the one wrote whose step it was.
    """

    records: ExecutionRecords

    def of(self, execution: Execution, step: StepExecution) -> Mapping[str, str]:
        """Return the URI of each output, by its name; none where we cannot know them."""
        while step.cached_from is not None:
            if step.cached_from.startswith("arn:"):  # nobody started that one here
                return {}
            execution = self.records.find(step.cached_from).execution
            step = execution.step(step.name) or replace(step, cached_from=None)
        definition: dict[str, object] = json.loads(
            self.records.definition(execution.definition_digest)
        )
        return output_uris(definition, execution, step)


def output_uris(
    definition: Mapping[str, object], execution: Execution, step: StepExecution
) -> Mapping[str, str]:
    """Return the URI of each output of a step that ran; none for a step that writes none."""
    scope = Scope(execution.parameters, {}, lambda *_: b"", {})
    for found in _steps(definition):
        if found.get("Name") != step.name:
            continue
        arguments = found.get("Arguments")
        match arguments:
            case {"ProcessingOutputConfig": {"Outputs": [*outputs]}}:
                return dict(_processed(outputs, scope))
            case {"OutputDataConfig": {"S3OutputPath": path}}:
                job = str(step.properties.get("Arn", "")).rpartition("/")[2]
                return {"model": f"{_resolved(path, scope)}/{job}/output"}
    return {}


def _processed(outputs: list[object], scope: Scope) -> Iterator[tuple[str, str]]:
    for output in outputs:
        match output:
            case {"OutputName": str(name), "S3Output": {"S3Uri": uri}}:
                yield name, _resolved(uri, scope)


def _resolved(value: object, scope: Scope) -> str:
    try:
        return str(resolve(value, scope)).rstrip("/")
    except ExpressionFailed:  # it names another step's property: not where we could look
        return ""


def _steps(definition: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    steps = definition.get("Steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, Mapping):
            yield step
