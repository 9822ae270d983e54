"""The secrets of a stack in AWS Secrets Manager, by their short names."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.objects.clients import code_of
from stayline.errors import AwsRefused, StoreUnavailable

_STORE = "the secrets"
_LOOKS, _BETWEEN_S = 5, 0.2


class StackSecrets:
    """Reads, makes and removes values; nothing is kept in memory here, and every call is paid.

    A thousand reads cost half a cent and each secret that stands 40 cents a month, so whoever asks
    often keeps what cannot change.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def read(self, name: str, version: str | None = None) -> bytes | None:
        """Return a value as it stands, or one version of it; None where there is none."""
        from botocore.exceptions import ClientError

        which = {} if version is None else {"VersionId": version}
        with our_errors(_STORE):
            try:
                found = self._client.get_secret_value(SecretId=self._full(name), **which)
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return None
                if code_of(error) == "InvalidRequestException":
                    because = f"{self._full(name)} is marked for deletion; restore it there"
                    raise AwsRefused(_STORE, because) from error
                raise
        text = found.get("SecretString")
        value: bytes = found["SecretBinary"] if text is None else str(text).encode()
        return value

    def made(self, name: str, new: Callable[[], bytes]) -> bytes:
        """Return a value, made if there is none; of several who make it one wins, for all."""
        for _ in range(_LOOKS):
            value = self.read(name)
            if value is not None:
                return value
            value = new()
            if self.create(name, value):
                return value
            time.sleep(_BETWEEN_S)  # made elsewhere just now, and not to be read everywhere yet
        raise StoreUnavailable(_STORE, "AWS made a secret that it does not tell yet.")

    def create(self, name: str, value: bytes, *, version: str | None = None) -> bool:
        """Make a secret; return False, and change nothing, where there is one of that name.

        It is under the key of names, as those are that the stack makes: under AWS's own key for
        secrets, whoever may read secrets of the account could tell who is who.
        """
        from botocore.exceptions import ClientError

        which = {} if version is None else {"ClientRequestToken": version}
        with our_errors(_STORE):
            try:
                self._client.create_secret(
                    Name=self._full(name),
                    SecretString=value.decode(),
                    KmsKeyId=self._clients.resources.people_key,
                    **which,
                )
            except ClientError as error:
                if code_of(error) == "ResourceExistsException":
                    return False
                raise
        return True

    def put(self, name: str, value: bytes, *, version: str) -> None:
        """Keep a value under a version of its own, in a secret that is made if it is not there."""
        from botocore.exceptions import ClientError

        with our_errors(_STORE):
            try:
                self._client.put_secret_value(
                    SecretId=self._full(name),
                    SecretString=value.decode(),
                    ClientRequestToken=version,
                )
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
            else:
                return
        if not self.create(name, value, version=version):
            self.put(name, value, version=version)

    def remove(self, name: str) -> None:
        """Remove a secret at once: nobody can restore it, as they could after a plain removal."""
        with our_errors(_STORE):
            self._client.delete_secret(SecretId=self._full(name), ForceDeleteWithoutRecovery=True)

    def since(self, name: str) -> datetime | None:
        """Return since when a secret has its value; None where there is none. Reads no value."""
        from botocore.exceptions import ClientError

        with our_errors(_STORE):
            try:
                found = self._client.describe_secret(SecretId=self._full(name))
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return None
                raise
        changed: datetime = found.get("LastChangedDate") or found["CreatedDate"]
        return None if "DeletedDate" in found else changed.astimezone(UTC)

    def place(self, name: str) -> str:
        """Return where a secret is, as a reference."""
        return f"aws-secretsmanager:{self._full(name)}"

    @property
    def _client(self) -> Any:
        return self._clients.of("secretsmanager")

    def _full(self, name: str) -> str:
        return self._clients.resources.secret(name)
