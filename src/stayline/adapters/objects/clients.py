"""Clients of services that speak as AWS's do: bounded in time, their errors put into our words."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from stayline.errors import StoreRefused, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Limits:
    """Within how many seconds a call that is not answered ends, after how many attempts."""

    connect_s: float
    read_s: float
    attempts: int


USUAL = Limits(connect_s=3, read_s=10, attempts=4)
_QUICK: Mapping[str, Limits] = {"sagemaker-runtime": Limits(connect_s=0.5, read_s=5, attempts=2)}
"""The same for services that somebody waits for, with another answer at hand should they fail."""
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
    "NoSuchBucket": "its bucket is not there",
}


class ServiceClients:
    """Makes each service's client when it is first asked for; safe from several threads.

    Credentials, and a region of None, come from where AWS's own tools look for them, and so does
    the address of a server that is not AWS's. ``name`` is what errors call them, ``refused`` what
    is raised for what somebody has to set right.
    """

    def __init__(
        self,
        region: str | None = None,
        *,
        name: str = "The object store",
        refused: type[StoreRefused] = StoreRefused,
        limits: Limits = USUAL,
    ) -> None:
        from boto3.session import Session

        self.name = name
        self.refused = refused
        self.limits = limits
        self.session = Session(region_name=region)
        self.session.events.register("before-parse", _refuse_cut)
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

    def our_errors(self, store: str) -> AbstractContextManager[None]:
        """Put what these clients raise into our words; ``store`` says what was to be used."""
        return told_errors(store, name=self.name, refused=self.refused)

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        limits = _QUICK.get(service, self.limits)
        config = Config(
            connect_timeout=limits.connect_s,
            read_timeout=limits.read_s,
            retries={"mode": "standard", "total_max_attempts": limits.attempts},
        )
        return self.session.client(service, config=config)


def _refuse_cut(operation_model: Any, response_dict: Mapping[str, Any], **_rest: object) -> None:
    """Refuse an answer that was cut off, which would be read as one that holds less, or nothing.

    Of a stream the reader itself counts what comes, and to HEAD there is no more than headers.
    """
    from botocore.exceptions import IncompleteReadError

    body, expected = response_dict["body"], response_dict["headers"].get("Content-Length")
    if expected is None or not isinstance(body, bytes) or operation_model.http["method"] == "HEAD":
        return
    if len(body) < int(expected):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(expected))


@contextmanager
def told_errors(store: str, *, name: str, refused: type[StoreRefused]) -> Iterator[None]:
    """Put what a client raises into our words.

    What may pass by itself (throttled, no answer, an error of theirs) is `StoreUnavailable`;
    what somebody has to set right (no credentials, expired ones, not permitted) is ``refused``.
    A refusal that the caller has an answer to is to be caught within, see `code_of`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        code = code_of(error)
        because = TO_SET_RIGHT.get(code)
        if because is not None:
            raise refused(store, f"{because} ({code})") from error
        raise StoreUnavailable(store, f"{name} answered {code}.") from error
    except NoCredentialsError as error:
        raise refused(store, "there are no AWS credentials") from error
    except (BotoCoreError, ResponseParserError) as error:
        kind = type(error).__name__
        raise StoreUnavailable(store, f"{name} does not answer ({kind}).") from error


def code_of(error: Exception) -> str:
    """Return the code of a `ClientError`, ``ConditionalCheckFailedException``."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", "unknown"))
