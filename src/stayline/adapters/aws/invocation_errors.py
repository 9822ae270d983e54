"""What InvokeEndpoint raises, in words of the endpoint's port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NoReturn

from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.clients import TO_SET_RIGHT, code_of
from stayline.errors import EndpointUnavailable, FieldProblem, NothingDeployed, RequestRefused

_PASSING: Mapping[str, str] = {
    "ModelNotReadyException": "the model is still being loaded",
    "ThrottlingException": "SageMaker takes no more requests just now",
    "ServiceUnavailable": "SageMaker is not available",
    "InternalDependencyException": "SageMaker failed",
    "InternalFailure": "SageMaker failed",
}
_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
"""The container's statuses that speak of the values that were sent."""


@contextmanager
def asked_well(clients: Clients, endpoint: str) -> Iterator[None]:
    """Put what AWS's client raises into the port's words; `EndpointUnavailable` for most.

    Expired credentials are among it: whoever asks for a score needs to know that there is none.
    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except ClientError as error:
        _raise(clients, endpoint, error)
    except NoCredentialsError:
        raise EndpointUnavailable(endpoint, "there are no AWS credentials") from None
    except BotoCoreError as error:
        problem = f"SageMaker does not answer ({type(error).__name__})"
        raise EndpointUnavailable(endpoint, problem) from None


def _raise(clients: Clients, endpoint: str, error: Any) -> NoReturn:
    code = code_of(error)
    if code == "ModelError":
        status = error.response.get("OriginalStatusCode")
        if status in _REFUSALS:
            told = f"the endpoint refused these values (status {status})"
            raise RequestRefused([FieldProblem("row", told)]) from None
        raise EndpointUnavailable(endpoint, f"the model answered with status {status}") from None
    if code == "ValidationError":
        _raise_for_state(clients, endpoint)
    told = TO_SET_RIGHT.get(code) or _PASSING.get(code) or f"AWS answered {code}"
    raise EndpointUnavailable(endpoint, told) from None


def _raise_for_state(clients: Clients, endpoint: str) -> NoReturn:
    """Tell by the endpoint's own state why SageMaker takes no request for it.

    While it is switched, or goes back, it answers; so a refusal then was of the request.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        told = clients.of("sagemaker").describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if code_of(error) == "ValidationException":  # could not find it
            raise NothingDeployed from None
        raise EndpointUnavailable(endpoint, f"AWS answered {code_of(error)}") from None
    except BotoCoreError as error:
        problem = f"SageMaker does not answer ({type(error).__name__})"
        raise EndpointUnavailable(endpoint, problem) from None
    status = told["EndpointStatus"]
    if status in ("Creating", "Failed", "OutOfService", "Deleting", "UpdateRollbackFailed"):
        why = f": {told['FailureReason']}" if told.get("FailureReason") else ""
        raise EndpointUnavailable(endpoint, f"it is {status}{why}") from None
    raise EndpointUnavailable(endpoint, f"it took no request although it is {status}") from None
