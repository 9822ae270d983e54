"""The addresses of the container's and the endpoint's contract."""

from dataclasses import dataclass
from os import cpu_count
from typing import Any, Literal

from litestar import MediaType, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from stayline.domain.roles import Operation
from stayline.web.answers import answer_call
from stayline.web.framework_calls import call_of, response_of, told_by
from stayline.web.gateway import Gateway
from stayline.web.operations import SIGNED_IN, needs, needs_in_read
from stayline.web.runtime.descriptions import (
    CONTAINER_ANSWERS,
    ENDPOINT_ANSWERS,
    PING_ANSWERS,
    ContainerOperation,
    EndpointOperation,
)
from stayline.web.runtime.invocations import CONTAINER, CONTAINER_PATH, ENDPOINT
from stayline.web.runtime.service_errors import endpoint_error
from stayline.web.tracing import LOGS_ITSELF

_LARGEST_UNIT = 1 << 20


@dataclass(frozen=True, slots=True)
class ExecutionParameters:
    """How Batch Transform should send its records."""

    MaxConcurrentTransforms: int
    BatchStrategy: Literal["MULTI_RECORD"]
    MaxPayloadInMB: int


@get(
    "/ping",
    media_type=MediaType.TEXT,
    sync_to_thread=True,
    tags=["container"],
    summary="Say whether the deployed model loads",
    operation_id="ping",
    opt=needs(Operation.SEE_HEALTH),
    responses=PING_ANSWERS,
)
def ping(gateway: NamedDependency[Gateway]) -> Response[bytes]:
    """Answer with nothing once a model can answer."""
    gateway.ports.endpoint.variant()
    return Response(b"", media_type=MediaType.TEXT)


@get(
    "/execution-parameters",
    sync_to_thread=False,
    tags=["container"],
    summary="Say how Batch Transform should send records",
    operation_id="execution_parameters",
    opt=needs(Operation.SEE_HEALTH),
)
def execution_parameters(gateway: NamedDependency[Gateway]) -> ExecutionParameters:
    """Answer with one transform a processor and the largest body that is taken."""
    largest = max(1, gateway.settings.max_body_bytes // _LARGEST_UNIT)
    return ExecutionParameters(cpu_count() or 1, "MULTI_RECORD", largest)


@post(
    CONTAINER_PATH,
    status_code=200,
    tags=["container"],
    summary="Score rows, by the contract of SageMaker's containers",
    operation_id="invocations",
    operation_class=ContainerOperation,
    responses=CONTAINER_ANSWERS,
    opt=needs_in_read(Operation.INVOKE_ENDPOINT) | {LOGS_ITSELF: True},
    security=SIGNED_IN,
)
async def invocations(
    request: Request[Any, Any, Any], body: RawBody, gateway: NamedDependency[Gateway]
) -> Response[bytes]:
    """Answer with one score a row, in the form that Accept names; CSV where it names none."""
    return response_of(
        await sync_to_thread(answer_call, CONTAINER, call_of(request, body), gateway)
    )


@post(
    "/endpoints/{endpoint_name:str}/invocations",
    status_code=200,
    tags=["sagemaker-runtime"],
    summary="Score rows, as SageMaker's InvokeEndpoint",
    operation_id="InvokeEndpoint",
    operation_class=EndpointOperation,
    responses=ENDPOINT_ANSWERS,
    opt=needs_in_read(Operation.INVOKE_ENDPOINT) | {LOGS_ITSELF: True},
    security=SIGNED_IN,
    exception_handlers=told_by(endpoint_error),
)
async def invoke_endpoint(
    request: Request[Any, Any, Any],
    endpoint_name: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
) -> Response[bytes]:
    """Answer as the container does, and in the service's own form where something is wrong."""
    return response_of(await sync_to_thread(answer_call, ENDPOINT, call_of(request, body), gateway))
