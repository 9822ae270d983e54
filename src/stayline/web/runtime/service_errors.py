"""Errors in the form of AWS's services, so that their clients raise what they have a class for."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from stayline.errors import (
    NothingDeployed,
    NothingImported,
    NotPermitted,
    NotSignedIn,
    RecordRefused,
    RequestRefused,
    SchemaMismatch,
    SignatureRefused,
    TooManyRequests,
    UnknownEndpoint,
    UnknownFeatureGroup,
    UnknownVariant,
)
from stayline.web.calls import Answer
from stayline.web.errors import problem_of
from stayline.web.framework_calls import NO_STORE
from stayline.web.runtime.invocation_headers import HeaderRefused
from stayline.web.runtime.reading_errors import with_status

MODEL_ERROR_STATUS = 424
VALIDATION = "ValidationError"
_INVALID_CALL = (HeaderRefused, UnknownEndpoint, UnknownVariant)
_INVALID_RECORD = (RecordRefused, RequestRefused, SchemaMismatch)
_OF_CALLERS = (NotPermitted, NotSignedIn, SignatureRefused)
_NOT_READY = (NothingDeployed, NothingImported)


def endpoint_error(error: Exception) -> Answer:
    """Return InvokeEndpoint's error.

    What is wrong with the call itself is a ValidationError. What the model's container would refuse
    is a ModelError, with the status and problem document of ``/v1/predict`` as its original.
    """
    if isinstance(error, _OF_CALLERS):
        return _refused_caller(error)
    if isinstance(error, TooManyRequests):
        return _throttled(error)
    if isinstance(error, _INVALID_CALL):
        return service_error(HTTPStatus.BAD_REQUEST, VALIDATION, _as_aws_says(error))
    if isinstance(error, _NOT_READY):
        status = HTTPStatus.TOO_MANY_REQUESTS
        return service_error(status, "ModelNotReadyException", str(error))
    problem, headers = problem_of(with_status(error))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failure(problem.status, problem.detail, headers)
    if problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return service_error(problem.status, VALIDATION, problem.detail)
    told = f'Received client error ({problem.status}) from primary with message "{problem.detail}"'
    original = {
        "OriginalStatusCode": problem.status,
        "OriginalMessage": msgspec.json.encode(problem).decode(),
        "LogStreamArn": "",
    }
    return service_error(MODEL_ERROR_STATUS, "ModelError", told, more=original)


def record_error(error: Exception) -> Answer:
    """Return the Feature Store runtime's error."""
    if isinstance(error, _OF_CALLERS):
        return _refused_caller(error)
    if isinstance(error, TooManyRequests):
        return _throttled(error)
    if isinstance(error, UnknownFeatureGroup):
        return service_error(HTTPStatus.NOT_FOUND, "ResourceNotFound", str(error))
    if isinstance(error, _INVALID_RECORD):
        return service_error(HTTPStatus.BAD_REQUEST, VALIDATION, str(error))
    problem, headers = problem_of(with_status(error))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failure(problem.status, problem.detail, headers)
    too_large = problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    status = problem.status if too_large else HTTPStatus.BAD_REQUEST
    return service_error(status, VALIDATION, problem.detail)


def service_error(
    status: int,
    code: str,
    message: str,
    *,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return an error as AWS's services word it; ``code`` names the class that clients raise."""
    sent = [
        (b"content-type", b"application/json"),
        (b"x-amzn-errortype", code.encode()),
        NO_STORE,
        *((name.lower().encode(), value.encode()) for name, value in (headers or {}).items()),
    ]
    return Answer(status, sent, msgspec.json.encode({"Message": message, **(more or {})}))


def _refused_caller(error: NotPermitted | NotSignedIn | SignatureRefused) -> Answer:
    """Return 403, as AWS's services answer whoever they do not let in."""
    if isinstance(error, SignatureRefused):
        code = error.code
    else:
        is_known = isinstance(error, NotPermitted)
        code = "AccessDeniedException" if is_known else "UnrecognizedClientException"
    sent = [
        (b"content-type", b"application/json"),
        (b"x-amzn-errortype", code.encode()),
        NO_STORE,
    ]
    body = msgspec.json.encode({"message": str(error)})
    return Answer(HTTPStatus.FORBIDDEN, sent, body)


def _throttled(error: TooManyRequests) -> Answer:
    later = {"Retry-After": str(error.retry_after_s)}
    status = HTTPStatus.TOO_MANY_REQUESTS
    return service_error(status, "ThrottlingException", str(error), headers=later)


def _failure(status: int, detail: str, headers: Mapping[str, str]) -> Answer:
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return service_error(status, "InternalFailure", detail)
    return service_error(
        HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", detail, headers=headers
    )


def _as_aws_says(error: Exception) -> str:
    """Return the message, AWS's own words first where a client may look for them."""
    told = str(error)
    return f"Endpoint not found. {told}" if isinstance(error, UnknownEndpoint) else told
