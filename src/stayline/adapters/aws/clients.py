"""Clients of AWS's services: one a service, bounded in time, its errors put into our words."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from stayline.adapters.aws.resources import Resources
from stayline.errors import AwsRefused, StoreUnavailable

CONNECT_S, READ_S, ATTEMPTS = 3, 10, 4
"""A call that AWS does not answer ends within this many seconds, after this many attempts."""
_QUICK: Mapping[str, tuple[float, float, int]] = {"sagemaker-runtime": (0.5, 5, 2)}
"""The same for services that somebody waits for, with another answer at hand should they fail."""


class Clients:
    """Makes each service's client when it is first asked for; safe from several threads.

    Credentials and region come from where AWS's own tools look for them. ``resources`` names what
    the stack has.
    """

    def __init__(self, resources: Resources) -> None:
        from boto3.session import Session

        self.resources = resources
        self.session = Session(region_name=resources.region)
        self.session.events.register("after-call", _check_whole)
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def of(self, service: str) -> Any:
        """Return the client of a service, called as AWS does: ``dynamodb``, ``s3``."""
        made = self._made.get(service)
        if made is None:
            with self._lock:  # a boto3 session must not make two clients at once
                made = self._made.get(service) or self._client(service)
                self._made[service] = made
        return made

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        connect_s, read_s, attempts = _QUICK.get(service, (CONNECT_S, READ_S, ATTEMPTS))
        limits = Config(
            connect_timeout=connect_s,
            read_timeout=read_s,
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        client = self.session.client(service, config=limits)
        client.meta.events.register("before-parse", _refuse_cut)
        return client


def _refuse_cut(response_dict: Mapping[str, Any], **_rest: object) -> None:
    """Refuse an answer that ends before its time, which would be read as one without content."""
    from botocore.exceptions import IncompleteReadError

    body = response_dict["body"]
    expected = int(response_dict["headers"].get("Content-Length") or 0)
    if isinstance(body, bytes) and 0 < len(body) < expected:
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=expected)


def _check_whole(http_response: Any, model: Any, **_rest: object) -> None:
    """Refuse an answer that was cut off: its client would take it for one that holds nothing."""
    from botocore.exceptions import IncompleteReadError

    expected = http_response.headers.get("Content-Length")
    if expected is None or model.has_streaming_output or model.http["method"] == "HEAD":
        return
    if len(http_response.content) < int(expected):
        raise IncompleteReadError(
            actual_bytes=len(http_response.content), expected_bytes=int(expected)
        )


@contextmanager
def our_errors(store: str) -> Iterator[None]:
    """Put what AWS's client raises into our words.

    What may pass by itself (throttled, no answer, an error of theirs) is `StoreUnavailable`;
    what somebody has to set right (no credentials, expired ones, not permitted) is `AwsRefused`.
    A refusal that the caller has an answer to is to be caught within, see `code_of`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        _raise(store, code_of(error), error)
    except NoCredentialsError as error:
        raise AwsRefused(store, "there are no AWS credentials") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise StoreUnavailable(store, f"AWS does not answer ({type(error).__name__}).") from error


def code_of(error: Exception) -> str:
    """Return the code of a `ClientError`, ``ConditionalCheckFailedException``."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", "unknown"))


TO_SET_RIGHT: Mapping[str, str] = {
    "AccessDenied": "its credentials do not permit this",
    "AccessDeniedException": "its credentials do not permit this",
    "AuthorizationError": "its credentials do not permit this",
    "ExpiredToken": "the credentials have expired",
    "ExpiredTokenException": "the credentials have expired",
    "InvalidClientTokenId": "the credentials are of no account",
    "UnrecognizedClientException": "the credentials are of no account",
    "InvalidAccessKeyId": "the credentials are of no account",
    "SignatureDoesNotMatch": "the secret key is not that of the access key",
    "AccessForbidden": "its credentials do not permit this",
    "ResourceNotFound": "a part of the stack is not there",
    "ResourceNotFoundException": "a part of the stack is not there",
    "NotFound": "a part of the stack is not there",
    "NoSuchBucket": "a bucket of the stack is not there",
}


def _raise(store: str, code: str, error: Exception) -> NoReturn:
    told = TO_SET_RIGHT.get(code)
    if told is not None:
        raise AwsRefused(store, f"{told} ({code})") from error
    raise StoreUnavailable(store, f"AWS answered {code}.") from error
