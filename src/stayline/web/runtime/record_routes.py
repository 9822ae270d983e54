"""The addresses of the Feature Store runtime."""

from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from stayline.domain.roles import Operation
from stayline.web.framework_calls import call_of, response_of, told_by
from stayline.web.gateway import Gateway
from stayline.web.operations import SIGNED_IN, needs_in_read
from stayline.web.runtime.record_descriptions import (
    GET_ERRORS,
    RECORD_ERRORS,
    BatchGetOperation,
    DeleteOperation,
    GetOperation,
    PutOperation,
)
from stayline.web.runtime.records import answer_batch, answer_delete, answer_get, answer_put
from stayline.web.runtime.service_errors import record_error

_TAGS = ["sagemaker-featurestore-runtime"]
_GROUP = "/FeatureGroup/{feature_group:str}"


@put(
    _GROUP,
    tags=_TAGS,
    summary="Keep a person's record",
    operation_id="PutRecord",
    opt=needs_in_read(Operation.WRITE_FEATURES),
    security=SIGNED_IN,
    operation_class=PutOperation,
    responses=RECORD_ERRORS,
    exception_handlers=told_by(record_error),
)
async def put_record(
    request: Request[Any, Any, Any],
    feature_group: FromPath[str],
    body: RawBody,
    gateway: NamedDependency[Gateway],
) -> Response[bytes]:
    """Take the whole record; one older than the newest becomes history only."""
    return response_of(await sync_to_thread(answer_put, call_of(request, body), gateway))


@get(
    _GROUP,
    tags=_TAGS,
    summary="Show a person's newest record",
    operation_id="GetRecord",
    opt=needs_in_read(Operation.READ_FEATURES),
    security=SIGNED_IN,
    operation_class=GetOperation,
    responses=GET_ERRORS,
    exception_handlers=told_by(record_error),
)
async def get_record(
    request: Request[Any, Any, Any],
    feature_group: FromPath[str],
    gateway: NamedDependency[Gateway],
) -> Response[bytes]:
    """Answer with the values that are there; without Record when nothing is known."""
    call = call_of(request, await request.body())
    return response_of(await sync_to_thread(answer_get, call, gateway))


@delete(
    _GROUP,
    status_code=200,
    tags=_TAGS,
    summary="Erase a person from features and outcomes",
    operation_id="DeleteRecord",
    opt=needs_in_read(Operation.WRITE_FEATURES),
    security=SIGNED_IN,
    operation_class=DeleteOperation,
    responses=RECORD_ERRORS,
    exception_handlers=told_by(record_error),
)
async def delete_record(
    request: Request[Any, Any, Any],
    feature_group: FromPath[str],
    gateway: NamedDependency[Gateway],
) -> Response[bytes]:
    """Erase physically, with all history; the softer way is refused."""
    call = call_of(request, await request.body())
    return response_of(await sync_to_thread(answer_delete, call, gateway))


@post(
    "/BatchGetRecord",
    status_code=200,
    tags=_TAGS,
    summary="Show the newest records of up to 100 people of up to 100 requests",
    operation_id="BatchGetRecord",
    opt=needs_in_read(Operation.READ_FEATURES),
    security=SIGNED_IN,
    operation_class=BatchGetOperation,
    responses=RECORD_ERRORS,
    exception_handlers=told_by(record_error),
)
async def batch_get_record(
    request: Request[Any, Any, Any], body: RawBody, gateway: NamedDependency[Gateway]
) -> Response[bytes]:
    """Answer with every record there is; what could not be looked up stands under Errors."""
    return response_of(await sync_to_thread(answer_batch, call_of(request, body), gateway))
