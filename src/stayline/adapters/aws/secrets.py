"""Secrets in AWS Secrets Manager, in memory for a minute."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stayline.errors import SecretUnavailable
from stayline.formats.secret_references import InSecretsManager

REFRESH_S = 60.0
"""How long a value is taken to be as it was; a rotation in AWS is seen that late at most."""
_CONNECT_S, _READ_S = 3, 5


@dataclass(frozen=True, slots=True)
class _Kept:
    value: bytes
    read_at: float


class SecretsManager:
    """Reads secrets with the credentials and region that AWS's own variables and files give."""

    CALLS = frozenset({"secretsmanager.get_secret_value"})

    def __init__(self, *, refresh_s: float = REFRESH_S) -> None:
        self._refresh_s = refresh_s
        self._client: Any = None
        self._kept: dict[InSecretsManager, _Kept] = {}

    def read(self, reference: InSecretsManager) -> bytes:
        """Return the current value; raises `SecretUnavailable`, also for a JSON key that is not.

        While AWS does not answer, the last value read in this process stands.
        """
        kept, now = self._kept.get(reference), time.monotonic()
        if kept is not None and now - kept.read_at < self._refresh_s:
            return kept.value
        try:
            value = self._fetched(reference)
        except SecretUnavailable as unavailable:
            if kept is None or not unavailable.is_passing:
                raise
            value = kept.value
        self._kept[reference] = _Kept(value, now)
        return value

    def _fetched(self, reference: InSecretsManager) -> bytes:
        import botocore.exceptions as refusals

        try:
            answer = self._connected().get_secret_value(SecretId=reference.name)
        except refusals.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            told, is_passing = _TOLD.get(code, (f"AWS refused with {code}", False))
            raise SecretUnavailable(_place(reference), told, is_passing=is_passing) from None
        except refusals.NoRegionError:
            told = "no AWS region is set (AWS_DEFAULT_REGION or AWS_REGION)"
            raise SecretUnavailable(_place(reference), told) from None
        except (refusals.NoCredentialsError, refusals.PartialCredentialsError):
            told = "there are no AWS credentials, or half of them"
            raise SecretUnavailable(_place(reference), told) from None
        except refusals.BotoCoreError as error:
            told = f"AWS does not answer ({type(error).__name__})"
            raise SecretUnavailable(_place(reference), told, is_passing=True) from None
        return _value(reference, answer)

    def _connected(self) -> Any:
        if self._client is None:
            import os

            from botocore.config import Config
            from botocore.session import get_session

            limits = Config(
                connect_timeout=_CONNECT_S, read_timeout=_READ_S, retries={"total_max_attempts": 2}
            )
            region = os.environ.get("AWS_REGION") or None
            self._client = get_session().create_client(
                "secretsmanager", region_name=region, config=limits
            )
        return self._client


_TOLD: Mapping[str, tuple[str, bool]] = {
    "ResourceNotFoundException": ("there is no secret of that name in this region", False),
    "AccessDeniedException": ("AWS does not let this program read it", False),
    "DecryptionFailure": ("AWS cannot decrypt it with its KMS key", False),
    "InvalidRequestException": ("it is marked for deletion, or has no current value", False),
    "ThrottlingException": ("AWS asks to call less often", True),
    "InternalServiceError": ("AWS has an error of its own", True),
}


def _place(reference: InSecretsManager) -> str:
    return f"aws-secretsmanager:{reference.name}"


def _value(reference: InSecretsManager, answer: Mapping[str, Any]) -> bytes:
    text = answer.get("SecretString")
    value: bytes = answer["SecretBinary"] if text is None else str(text).encode()
    if reference.json_key is None:
        return value
    try:
        found = msgspec.json.decode(value, type=dict[str, Any]).get(reference.json_key)
    except msgspec.MsgspecError:
        raise SecretUnavailable(_place(reference), "it is no JSON object") from None
    if not isinstance(found, str):
        told = f"it has no text under the JSON key {reference.json_key!r}"
        raise SecretUnavailable(_place(reference), told)
    return found.encode()
