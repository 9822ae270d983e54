"""The requests to SageMaker behind each step, with the paths that our programs read and write."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.pipeline.definition import Value, join
from stayline.pipeline.steps import ProcessingStep, PropertyFile, TrainingStep

ENTRYPOINT = ("python", "-m", "stayline.container")
INPUTS = "/opt/ml/processing/input"
OUTPUTS = "/opt/ml/processing/output"
SCHEDULER = "SCHEDULER"
"""The variable that tells the training program which cluster fits the trees; without it, none."""
LONGEST_S = 24 * 60 * 60
"""After that a step is stopped; SageMaker's own default for a training job."""
VOLUME_GB = 30
SETTINGS: Mapping[str, object] = {
    "CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"},
    "RetryPolicies": [
        {
            "ExceptionType": ["Step.SERVICE_FAULT", "Step.THROTTLING"],
            "IntervalSeconds": 5,
            "BackoffRate": 2.0,
            "MaxAttempts": 5,
        },
        {
            "ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR"],
            "IntervalSeconds": 30,
            "BackoffRate": 2.0,
            "MaxAttempts": 3,
        },
    ],
}
"""Faults of the service are tried again; an error of a program would come again, so it is not.

Outputs hold personal data in pseudonyms, hence the 30 days.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step runs, as whom, and below which URI it writes."""

    output_uri: Value
    image: Value
    role: Value
    instance_type: Value


def processing(
    program: str,
    *,
    inputs: Mapping[str, Value],
    outputs: tuple[str, ...],
    place: Place,
    description: str,
    environment: Mapping[str, Value] | None = None,
    property_files: tuple[PropertyFile, ...] = (),
) -> ProcessingStep:
    """Return the step that runs a program on one machine without network.

    ``inputs`` maps names to S3 URIs. Input and output ``x`` are the folders ``input/x`` and
    ``output/x``; outputs go to ``<output_uri>/<program>/x``.
    """
    arguments: dict[str, object] = {
        "AppSpecification": {
            "ImageUri": place.image,
            "ContainerEntrypoint": list(ENTRYPOINT),
            "ContainerArguments": [program],
        },
        "ProcessingInputs": [_input(name, uri) for name, uri in inputs.items()],
        "ProcessingOutputConfig": {
            "Outputs": [
                _output(name, join("/", [place.output_uri, program, name])) for name in outputs
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": place.instance_type,
                "VolumeSizeInGB": VOLUME_GB,
            }
        },
        "NetworkConfig": {"EnableNetworkIsolation": True},
        "StoppingCondition": {"MaxRuntimeInSeconds": LONGEST_S},
        "RoleArn": place.role,
    }
    if environment:
        arguments["Environment"] = dict(environment)
    return ProcessingStep(program, arguments, description, SETTINGS, property_files)


def training(
    program: str,
    *,
    channels: Mapping[str, Value],
    hyperparameters: Mapping[str, Value],
    place: Place,
    description: str,
    scheduler: str = "",
) -> TrainingStep:
    """Return the step that learns a model, on one machine without network.

    Where there is the address of a ``scheduler``, it has a network, and a cluster fits the trees.
    ``channels`` maps names to S3 URIs; hyperparameters are texts.
    """
    arguments: dict[str, object] = {
        "AlgorithmSpecification": {
            "TrainingImage": place.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": list(ENTRYPOINT),
            "ContainerArguments": [program],
        },
        "HyperParameters": dict(hyperparameters),
        "InputDataConfig": [_channel(name, uri) for name, uri in channels.items()],
        "OutputDataConfig": {"S3OutputPath": join("/", [place.output_uri, program])},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": place.instance_type,
            "VolumeSizeInGB": VOLUME_GB,
        },
        "EnableNetworkIsolation": not scheduler,
        "StoppingCondition": {"MaxRuntimeInSeconds": LONGEST_S},
        "RoleArn": place.role,
        **({"Environment": {SCHEDULER: scheduler}} if scheduler else {}),
    }
    return TrainingStep(program, arguments, description, SETTINGS)


def _input(name: str, uri: Value) -> dict[str, object]:
    source = {
        "S3Uri": uri,
        "LocalPath": f"{INPUTS}/{name}",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    return {"InputName": name, "S3Input": source}


def _output(name: str, uri: Value) -> dict[str, object]:
    target = {"S3Uri": uri, "LocalPath": f"{OUTPUTS}/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": target}


def _channel(name: str, uri: Value) -> dict[str, object]:
    source = {"S3Uri": uri, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "InputMode": "File"}
