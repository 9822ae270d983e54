"""What a Processing or Training step asks for, read from its resolved arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

import msgspec

from stayline.adapters.embedded.pipeline.faults import StepFault

ROOT = PurePosixPath("/opt/ml")
MODEL = "model.tar.gz"
_HOST = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"}
_LONGEST_S = 24 * 60 * 60
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
    asked = _read(arguments, _Processing)
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
    asked = _read(arguments, _Training)
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


class _Struct(msgspec.Struct, frozen=True, rename="pascal"):
    """Members in SageMaker's spelling; what is not needed here is left unread."""


class _S3Place(_Struct, frozen=True):
    s3_uri: str
    local_path: str


class _ProcessingInput(_Struct, frozen=True):
    input_name: str
    s3_input: _S3Place


class _ProcessingOutput(_Struct, frozen=True):
    output_name: str
    s3_output: _S3Place


class _ProcessingOutputs(_Struct, frozen=True):
    outputs: tuple[_ProcessingOutput, ...] = ()


class _Program(_Struct, frozen=True):
    container_entrypoint: tuple[str, ...] = ()
    container_arguments: tuple[str, ...] = ()


class _StoppingCondition(_Struct, frozen=True):
    max_runtime_in_seconds: int = _LONGEST_S


class _Processing(_Struct, frozen=True):
    app_specification: _Program
    processing_inputs: tuple[_ProcessingInput, ...] = ()
    processing_output_config: _ProcessingOutputs = _ProcessingOutputs()
    environment: dict[str, str] = {}
    stopping_condition: _StoppingCondition = _StoppingCondition()


class _S3Source(_Struct, frozen=True):
    s3_uri: str


class _DataSource(_Struct, frozen=True):
    s3_data_source: _S3Source


class _Channel(_Struct, frozen=True):
    channel_name: str
    data_source: _DataSource


class _OutputDataConfig(_Struct, frozen=True):
    s3_output_path: str


class _Training(_Struct, frozen=True):
    algorithm_specification: _Program
    output_data_config: _OutputDataConfig
    input_data_config: tuple[_Channel, ...] = ()
    hyper_parameters: dict[str, str] = {}
    environment: dict[str, str] = {}
    stopping_condition: _StoppingCondition = _StoppingCondition()


_Asked = TypeVar("_Asked", _Processing, _Training)


def _read(arguments: Mapping[str, object], kind: type[_Asked]) -> _Asked:
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise StepFault(
            f"its arguments cannot be used: {error}.", "Correct them in the definition."
        ) from error
