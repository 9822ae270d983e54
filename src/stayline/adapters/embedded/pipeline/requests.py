"""The parts of SageMaker's requests that matter to a runner."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from stayline.adapters.embedded.pipeline.faults import StepFault

_LONGEST_S = 24 * 60 * 60


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


class ProcessingRequest(_Struct, frozen=True):
    """CreateProcessingJob: a program between named inputs and outputs."""

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


class TrainingRequest(_Struct, frozen=True):
    """CreateTrainingJob: a program between channels and a model."""

    algorithm_specification: _Program
    output_data_config: _OutputDataConfig
    input_data_config: tuple[_Channel, ...] = ()
    hyper_parameters: dict[str, str] = {}
    environment: dict[str, str] = {}
    stopping_condition: _StoppingCondition = _StoppingCondition()


_Request = TypeVar("_Request", ProcessingRequest, TrainingRequest)


def read_request(arguments: Mapping[str, object], kind: type[_Request]) -> _Request:
    """Return a step's resolved arguments as a request; raises `StepFault` for what is none."""
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise StepFault(
            f"its arguments cannot be used: {error}.", "Correct them in the definition."
        ) from error
