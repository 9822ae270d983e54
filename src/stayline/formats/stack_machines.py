"""What a stack's jobs run on: instances named in pipelines, state machines, schedules' inputs."""

import re
from collections.abc import Iterator, Mapping, Sequence

from stayline.domain.aws_cost.contents import Machine
from stayline.formats.cloudformation import Resource, document, entries, entry, number, plain

PIPELINE = "AWS::SageMaker::Pipeline"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
FUNCTION = "AWS::Lambda::Function"
_NAMED_BY = {PIPELINE: "PipelineName", STATE_MACHINE: "StateMachineName", FUNCTION: "FunctionName"}


def machines_in(value: object) -> tuple[Machine, ...] | None:
    """Return what a job's description runs on, in its order; None for one that cannot be read.

    A pipeline's parameter stands for its default value.
    """
    described = document(value)
    if described is None:
        return None
    parameters = entries(entry(described).get("Parameters"))
    defaults = {f"Parameters.{one.get('Name')}": one.get("DefaultValue") for one in parameters}
    return tuple(_machines(described, defaults))


def machines_of(resource: Resource) -> tuple[Machine, ...] | None:
    """Return what a pipeline or state machine runs on; None where the template does not say."""
    if resource.type == STATE_MACHINE:
        return machines_in(resource.properties.get("DefinitionString"))
    definition = entry(resource.properties.get("PipelineDefinition"))
    return machines_in(definition.get("PipelineDefinitionBody"))


def started_by(arn: object, resources: Sequence[Resource]) -> Resource | None:
    """Return the pipeline, state machine or function that a target's ARN means."""
    told = plain(arn)
    last = re.split(r"[:/]", told)[-1]
    for resource in resources:
        named_by = _NAMED_BY.get(resource.type)
        if named_by is not None and (
            f"${{{resource.name}}}" in told
            or f"${{{resource.name}." in told
            or (last and last == resource.text(named_by))
        ):
            return resource
    return None


def _machines(node: object, defaults: Mapping[str, object]) -> Iterator[Machine]:
    if isinstance(node, Mapping):
        if "InstanceType" in node:
            kind = _told(node["InstanceType"], defaults)
            count = number(_told(node.get("InstanceCount", 1), defaults), 1)
            yield Machine(plain(kind), int(count))
        for each in node.values():
            yield from _machines(each, defaults)
    elif isinstance(node, list):
        for each in node:
            yield from _machines(each, defaults)


def _told(value: object, defaults: Mapping[str, object]) -> object:
    asked = entry(value).get("Get")
    return defaults.get(asked, value) if isinstance(asked, str) else value
