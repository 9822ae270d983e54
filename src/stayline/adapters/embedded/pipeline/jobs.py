"""What a Processing or Training step asks for, read from its resolved arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from stayline.adapters.embedded.pipeline.faults import StepFault
from stayline.adapters.embedded.pipeline.requests import (
    ProcessingRequest,
    TrainingRequest,
    read_request,
)

ROOT = PurePosixPath("/opt/ml")
MODEL = "model.tar.gz"
_HOST = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"}
_MODEL_OUTPUT = "model"


@dataclass(frozen=True, slots=True)
class Place:
    """One input or output: its name, its URI, and its folder below ``/opt/ml``."""

    name: str
    uri: str
    folder: str


@dataclass(frozen=True, slots=True)
class Job:
    """One program with all that it reads and writes.

    ``configs`` and ``message`` are paths below ``/opt/ml``: files written for the program, and the
    file in which it says why it failed. ``packs_model`` tells that the output is one archive of the
    folder. ``properties`` are those of the finished job.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    inputs: tuple[Place, ...]
    outputs: tuple[Place, ...]
    configs: Mapping[str, object]
    message: str
    limit_s: int
    properties: Mapping[str, object]
    packs_model: bool = False


def processing_job(step: str, arguments: Mapping[str, object]) -> Job:
    """Return the job of a Processing step; raises `StepFault` for what cannot run here."""
    asked = read_request(arguments, ProcessingRequest)
    application = asked.app_specification
    if not application.container_entrypoint:
        raise StepFault(
            "AppSpecification names no ContainerEntrypoint.",
            "Name the program: there is no image here that would know it.",
        )
    named = {"ProcessingJobName": step}
    return Job(
        command=(*application.container_entrypoint, *application.container_arguments),
        environment=asked.environment,
        inputs=tuple(
            Place(i.input_name, i.s3_input.s3_uri, _below_root(i.s3_input.local_path))
            for i in asked.processing_inputs
        ),
        outputs=tuple(
            Place(o.output_name, o.s3_output.s3_uri, _below_root(o.s3_output.local_path))
            for o in asked.processing_output_config.outputs
        ),
        configs={
            "config/processingjobconfig.json": {**arguments, **named},
            "config/resourceconfig.json": _HOST,
        },
        message="output/message",
        limit_s=asked.stopping_condition.max_runtime_in_seconds,
        properties={**arguments, **named, "ProcessingJobStatus": "Completed"},
    )


def training_job(step: str, arguments: Mapping[str, object]) -> Job:
    """Return the job of a Training step; raises `StepFault` for what cannot run here."""
    asked = read_request(arguments, TrainingRequest)
    algorithm = asked.algorithm_specification
    written = f"{asked.output_data_config.s3_output_path.rstrip('/')}/{step}/output"
    channels = {c.channel_name: c for c in asked.input_data_config}
    return Job(
        command=(*(algorithm.container_entrypoint or ("train",)), *algorithm.container_arguments),
        environment=asked.environment,
        inputs=tuple(
            Place(name, channel.data_source.s3_data_source.s3_uri, f"input/data/{name}")
            for name, channel in channels.items()
        ),
        outputs=(Place(_MODEL_OUTPUT, written, "model"),),
        configs={
            "input/config/hyperparameters.json": asked.hyper_parameters,
            "input/config/inputdataconfig.json": {
                name: {
                    "TrainingInputMode": "File",
                    "S3DistributionType": "FullyReplicated",
                    "RecordWrapperType": "None",
                }
                for name in channels
            },
            "input/config/resourceconfig.json": _HOST,
        },
        message="output/failure",
        limit_s=asked.stopping_condition.max_runtime_in_seconds,
        properties={
            **arguments,
            "TrainingJobName": step,
            "TrainingJobStatus": "Completed",
            "ModelArtifacts": {"S3ModelArtifacts": f"{written}/{MODEL}"},
        },
        packs_model=True,
    )


def _below_root(local_path: str) -> str:
    path = PurePosixPath(local_path)
    if ".." in path.parts or not path.is_relative_to(ROOT) or path == ROOT:
        raise StepFault(
            f"LocalPath {local_path!r} is not below {ROOT}.", "Use a folder below /opt/ml."
        )
    return path.relative_to(ROOT).as_posix()
